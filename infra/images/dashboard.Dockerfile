# The dashboard. Built from the repository's root: docker build -f infra/images/dashboard.Dockerfile .
# The base is named by its exact tag: pin its digest, too, where a registry can be asked for it.
FROM python:3.13.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements-dashboard.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --target /packages -r requirements-dashboard.txt

FROM python:3.13.11-slim-bookworm
ENV PYTHONPATH=/packages \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true \
    HOME=/tmp
WORKDIR /app
COPY --from=packages /packages /packages
COPY .streamlit ./.streamlit
COPY docs/guide ./docs/guide
COPY docs/screens ./docs/screens
COPY pixplore ./pixplore
COPY pages ./pages
COPY dashboard ./dashboard
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin pixplore \
    && python -m compileall -q /app /packages
VOLUME ["/tmp"]
USER 10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=3)"]
CMD ["python", "-m", "streamlit", "run", "dashboard/app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
