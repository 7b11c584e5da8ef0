# The python image with newer versions, for the pictures of compare.
FROM python:3.11-slim
RUN pip install --no-cache-dir --break-system-packages flask==3.1.3 requests==2.33.0 numpy==1.26.4 pandas==2.2.2 boto3==1.34.131 cryptography==46.0.6 sqlalchemy==2.0.31 django==4.2.30 pydantic==2.7.4 'httpx[http2]==0.27.0' celery==5.4.0 pillow==12.2.0
