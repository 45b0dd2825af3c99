# Runtime only: no torch, no compiler, no node, no root. Stages, so that build tools and their caches stay behind.
FROM node:24-bookworm-slim AS app
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY qc/standards ../qc/standards
COPY web ./
RUN npm run build

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/anyaman
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY qc ./qc
COPY --from=app /src/qc/api/static ./qc/api/static
RUN /opt/anyaman/bin/pip install -c constraints.txt .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home anyaman
COPY --from=build /opt/anyaman /opt/anyaman
COPY models /opt/models
ENV PATH=/opt/anyaman/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    QC_HOME=/data \
    QC_HOST=0.0.0.0 \
    QC_MODEL_BUNDLE=/opt/models/current
USER anyaman
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["qc"]
CMD ["serve"]
