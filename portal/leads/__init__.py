"""From the form to the lead queue: parse, seal, store with its outbox row, deliver, show a receipt."""
