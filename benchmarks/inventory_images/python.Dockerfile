# Python packages as pip installs them, on Debian's Python.
FROM python:3.11-slim
RUN pip install --no-cache-dir --break-system-packages flask==3.0.3 requests==2.32.3 numpy==1.26.4 pandas==2.2.2 \
    boto3==1.34.131 cryptography==42.0.8 sqlalchemy==2.0.31 django==4.2.13 pydantic==2.7.4 'httpx[http2]==0.27.0' \
    celery==5.4.0 pillow==10.3.0 jupyterlab==4.2.2
