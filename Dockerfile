# syntax=docker/dockerfile:1
# The steps are the Makefile's own: the hashed lock into a virtual environment, then the code beside it.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt pyproject.toml README.md LICENSE ./
RUN python -m venv .venv \
 && .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
COPY portal portal
COPY search search
COPY content content
COPY locales locales
COPY templates templates
COPY static static
RUN .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
 && .venv/bin/portal check

FROM python:3.12-slim-bookworm
# What PDFs and share cards are made with: Pango, HarfBuzz and the fonts that are embedded.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-noto-core \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal /app /var/lib/portal /run/bureau
WORKDIR /app
COPY --from=build /app /app
ENV VAR=/var/lib/portal HOST=0.0.0.0 INBOX_HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER portal
VOLUME /var/lib/portal
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["/app/.venv/bin/python", "-c", "import os,urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"HEALTH_PORT\", \"8000\")}/healthz', timeout=4)"]
ENTRYPOINT ["/app/.venv/bin/portal"]
CMD ["serve"]
