"""Invest Chongqing: content files in, a public investor portal and a lead queue out."""
