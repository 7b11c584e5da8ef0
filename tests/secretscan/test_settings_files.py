"""Passwords in the files of settings that applications have, and what stands there and is none."""

from __future__ import annotations

import base64

import pytest

from jettison.secretscan.scanner import Scanner

VALUE = "Tr0ub4dor-x9Kq"
TOLD = {
    "srv/application.properties": "spring.datasource.password={}\n",
    "srv/application-prod.yml": "spring:\n  datasource:\n    password: {}\n",
    "srv/config/database.yml": "production:\n  password: '{}'\n",
    "srv/config/secrets.yml": "production:\n  secret_key_base: {}\n",
    "srv/appsettings.Production.json": '{{"Smtp": {{"Password": "{}"}}}}\n',
    "srv/config.json": '{{\n "db": {{\n  "password": "{}"\n }}\n}}\n',
    "srv/settings.py": "DATABASES = {{'default': {{'PASSWORD': '{}'}}}}\n",
    "srv/config.php": "<?php\nreturn ['password' => '{}'];\n",
    "srv/.env": "DB_PASS={}\n",
    "srv/run.sh": 'export DB_PASSWORD="{}"\n',
    "srv/config.toml": '[database]\npassword = "{}"\n',
    "etc/app.ini": "[mysql]\npwd = {}\n",
    "etc/wpa_supplicant.conf": 'network={{\n psk="{}"\n}}\n',
    "etc/apt/auth.conf.d/corp.conf": "machine apt.corp.net login u password {}\n",
    "opt/tomcat/conf/tomcat-users.xml": '<user username="admin" password="{}" roles="manager"/>\n',
    "srv/web.xml": "<user-name>sa</user-name><password>{}</password>\n",
    "srv/k8s/secret.yaml": "kind: Secret\nstringData:\n  password: {}\n",
    "root/.s3cfg": "[default]\nsecret_key = {}\n",
    "root/.bash_history": "ls\nmysqldump -h db -u root -p{} app\n",
    "etc/redis/redis.conf": "bind 0.0.0.0\nrequirepass {}\n",
    "etc/ldap.conf": "binddn cn=app,dc=corp\nbindpw {}\n",
    "etc/mosquitto/conf.d/bridge.conf": "remote_username app\nremote_password {}\n",
    "home/u/.kube/config": "users:\n- user:\n    username: admin\n    password: {}\n",
    "root/.psql_history": "ALTER USER app WITH PASSWORD '{}';\n",
    "srv/init.sql": "CREATE USER 'app'@'%' IDENTIFIED WITH mysql_native_password BY '{}';\n",
    "srv/roles.sql": "CREATE ROLE app LOGIN\n  PASSWORD '{}';\n",
    "etc/exim4/passwd.client": "mail.corp.net:app:{}\n",
    "etc/samba/.smbcredentials": "username=app\npassword={}\n",
    "etc/ppp/pap-secrets": '# comment\nuser\t*\t"{}"\t*\n',
    "srv/docker-compose.yml": "    environment:\n      API_TOKEN: {}\n",
    "srv/k8s/deployment.yaml": "        env:\n        - name: DB_PASSWORD\n          value: {}\n",
    "srv/payments.properties": "stripe.webhook.url=https://app.corp.net\npayments.api.key={}\n",
    "srv/storage.properties": "aws.secret.access.key={}\n",
    "srv/k8s/sync.yaml": "        - name: SYNC_SECRET_KEY\n          value: {}\n",
    "srv/strings.xml": "<resources>\n  <crm_api_token>{}</crm_api_token>\n</resources>\n",
    "srv/taskdef.task.json": '{{"environment": [{{"name": "DB_PASSWORD", "value": "{}"}}]}}',
    "srv/hibernate.cfg.xml": '<property name="hibernate.connection.password">{}</property>\n',
    "srv/persistence.xml": '<property name="javax.persistence.jdbc.password" value="{}"/>\n',
    "srv/tomcat/connector.xml": '<Connector port="8443" keystorePass="{}" />\n',
    "srv/infra/variables.tf": 'variable "db_password" {{\n  type = string\n  default = "{}"\n}}\n',
    "srv/images/Dockerfile": "FROM debian\nENV DB_PASSWORD {}\n",
    "srv/users/Dockerfile": "FROM debian\nRUN echo root:{} | chpasswd\n",
    "srv/login.sh": "echo {} | docker login -u me --password-stdin r.corp.net\n",
    "srv/charts.sh": "helm repo add x https://charts.corp.net --username u --password {}\n",
    "srv/keys.sh": "keytool -import -storepass {} -file a.crt\n",
    "srv/install.sh": "echo {} | sudo -S apt-get install x\n",
    "srv/build.gradle": "credentials {{ username 'ci'; password '{}' }}\n",
    "srv/credentials.txt": "username: admin\npassword: {}\n",
    "srv/ansible/.vault_pass": "{}\n",
    "etc/fstab": "//srv/share /mnt cifs username=me,password={},uid=0 0 0\n",
    "etc/environment": "PATH=/usr/bin\nDB_PASSWORD={}\n",
    "root/.snowsql/config": "[connections]\npassword = {}\n",
    "srv/db.txt": "host=db.corp.net port=5432 user=app password={} dbname=app\n",
    "srv/dsn.txt": "app:{}@tcp(db.corp.net:3306)/shop?parseTime=true\n",
}
# (path, text): what looks like a password and is none.
NOT_TOLD = [
    ("srv/compose.yml", "    environment:\n      - POSTGRES_PASSWORD=${{POSTGRES_PASSWORD:?Variable1 not set}}\n"),
    (
        "srv/compose.yml",
        "      DATABASE_URL: postgresql://app:${{APP_POSTGRES_PASSWORD:?Variable1-not-set}}@db:5432/app\n",
    ),
    ("srv/run.sh", ': "${{MYSQL_ROOT_PASSWORD:+isset12345}}"\n'),
    ("srv/messages_fr.properties", "login.password=Mot\\u0020de\\u0020passe1\n"),
    ("srv/messages_de.properties", "login.password=Kennwort\n"),
    ("srv/application.yml", "    password: ${{DB_PASSWORD}}\n    secret-key: changeme123\n"),
    ("srv/application.yml", "    password: <your password 1>\n    api_key: YOUR_API_KEY_1\n"),
    ("etc/zabbix.conf", "#\t\tNONE:+VERS-TLS1.2:+ECDHE-PSK:+PSK:+AES-128-GCM:+AES-128-CBC:+SHA256:+CTYPE-X.509\n"),
    ("etc/icinga2/influxdb2.conf", '  //auth_token = "ABCDEvwxyz0189-_"\n'),
    ("srv/run.sh", 'password="$1"\nPASSWORD=$(cat /run/secrets/db1)\nsecret_token=`date +%s1234`\n'),
    ("srv/config.json", '{{"password": "^6.0.1-beta.2", "api_key": "1.2.3.4.5"}}\n'),
    ("srv/config.yaml", "password: /run/secrets/db-password-1\nauth_token: 3600000000s\n"),
    ("srv/config.yaml", "password-encoder: bcrypt-with-12-rounds\ntoken_url: https://id.corp.net/v2\n"),
    ("srv/model/config.json", '{{"pad_token": "<pad>", "unk_token": "[UNK]", "bos_token_id": 50256000}}\n'),
    ("srv/config.js", "const password = process.env.PASSWORD1234;\nlet apiKey = getKey1234(x);\n"),
    ("etc/app.conf", "password = \nuser = root1234567\n"),
    ("etc/redis/redis.conf", "# requirepass foobared4x\n\nmasterauth <master-password-1>\n"),
    ("etc/slapd.conf", "\nrootpw {{SSHA}}Tr0ub4dorx9KqTr0ub4dor\n"),
    ("srv/sealed.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB" + "x9Kq" * 80 + "\n"),
    ("srv/secrets.enc.yaml", "password: ENC[AES256_GCM,data:Tr0ub4dorx9Kq=,iv:x9Kqx9Kq=,tag:Tr0u=,type:str]\n"),
    (
        "srv/.env",
        "DB_PASSWORD=ENC[AES256_GCM,data:Tr0ub4dorx9Kq=,iv:x9Kqx9Kq=,tag:Tr0u=,type:str]\nAPI_TOKEN=process.env.TOKEN_1\n",
    ),
    ("srv/application.properties", "db.password=ENC(Tr0ub4dorx9KqTr0ub4dor)\n"),
    ("root/.my.cnf", "[client]\npassword=secret\n"),
    ("root/.netrc", "machine a login b password password\n"),
    ("var/lib/rabbitmq/.erlang.cookie", "${{ERLANG_COOKIE}}\n"),
    ("etc/postfix/sasl_passwd", "# [host]:port user:password\n[smtp.example.com]:587 username:password\n"),
    ("etc/ppp/pap-secrets", '# INBOUND\n*\thostname\t""\t*\nguest\thostname\t"*"\t-\n'),
    ("etc/ipsec.secrets", "# shared secrets\ninclude /var/lib/strongswan/ipsec.secrets.inc\n: RSA server.key\n"),
    ("srv/a.sql", "CREATE USER a IDENTIFIED BY 'changeme1';\nSET PASSWORD FOR 'b'@'h1.corp.net2' = PASSWORD('x');\n"),
    (
        "srv/b.sql",
        "INSERT INTO users VALUES (1, 'password', 'Reset4x-your-password'), (2, 'a with password', 'b7x9Kq12');\n",
    ),
    ("srv/db.creds", "username=${{USER}}\npassword=${{PASS}}\n"),
    ("srv/k8s/app.yaml", "env:\n- name: PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-secret-1\n"),
    ("srv/k8s/app.yaml", "env:\n- name: TOKEN_URL\n  value: https://id.corp.net/oauth2\n"),
    ("srv/values.yaml", "token: my-application-token-name-2\nlicense_key: ${{KEY}}\nkey: app-of-first-customer\n"),
    ("srv/app.xml", '<property name="password" value="${{db.password}}"/><password>changeme123</password>\n'),
    ("srv/infra/variables.tf", 'variable "db_password" {{\n  type = string\n  description = "of database 1"\n}}\n'),
    ("srv/Dockerfile", "FROM debian\nARG DB_PASSWORD\nENV TOKEN_FILE /run/secrets/token1\n"),
    ("srv/run.sh", "helm repo add x --password $PASSWORD1 --token-file /run/secrets/token1\n"),
    ("srv/run.py", "connect(host=host, port=1, user=user1, password=password1, db=db)\n"),
    ("srv/run.py", "def as_url(scheme, host=None, port=None, user=None, password=None): pass\n"),
    ("etc/pam.conf", "\npassword required pam_unix.so sha512 shadow\npassword\tsufficient4 pam_ldap.so\n"),
]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def told(scanner: Scanner, path: str, text: str) -> list[str]:
    return [hit.detector for hit in scanner.text(path, text.encode()) if hit.level > 0]


@pytest.mark.parametrize("path", TOLD)
def test_it_is_told_where_applications_keep_it(scanner: Scanner, path: str) -> None:
    text = TOLD[path].format(VALUE)
    (hit,) = [hit for hit in scanner.text(path, text.encode()) if hit.level > 0]
    assert text.encode()[hit.offset :].startswith(VALUE.encode())
    assert not any(part in hit.masked for part in (VALUE[:3], VALUE[-3:]))


@pytest.mark.parametrize("path", ["srv/application.properties", "srv/.env", "srv/app.ini", "root/.pgpass"])
def test_a_generators_password_may_have_a_dollar_in_it(scanner: Scanner, path: str) -> None:
    form = "db.corp.net:5432:app:app:{}\n" if path.endswith(".pgpass") else "db_password={}\n"
    assert told(scanner, path, form.format("xK9#mP2$vL5nQ8w"))
    for reference in ("a9$USER-b8", "x1$password", "b2${{DB_PASS}}c", "$(cat x1)"):
        assert told(scanner, path, form.format(reference)) == []


@pytest.mark.parametrize(("path", "text"), NOT_TOLD)
def test_what_stands_for_one_is_not_told(scanner: Scanner, path: str, text: str) -> None:
    assert told(scanner, path, text.format()) == []


def test_tests_documentation_and_other_peoples_packages_are_not_told(scanner: Scanner) -> None:
    for folder in ("srv/tests/", "srv/docs/", "srv/node_modules/x/", "usr/share/doc/x/"):
        assert told(scanner, f"{folder}config.json", f'{{"password": "{VALUE}"}}') == []


def test_an_oracle_address_and_names_in_a_program() -> None:
    scanner = Scanner()
    assert told(scanner, "srv/x.txt", f"jdbc:oracle:thin:app/{VALUE}@//ora.corp.net:1521/X") == ["jdbc-oracle"]
    # What one name after another looks like in a large program.
    names = b"\x00RsaPublicKeysecret_paramsMontgomeryPointSimpleSaltedIteratedAndSaltedm_encSHA\x00"
    assert scanner.text("usr/bin/tool", b"\x7fELF\0\0" + names) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "mysql", "mongodb", "mongodb+srv", "redis", "amqp"])
@pytest.mark.parametrize("before", ["", "x", "yz"])
def test_a_connection_string_is_found_where_it_is_encoded(scanner: Scanner, scheme: str, before: str) -> None:
    """As Kubernetes' secrets have it, at each place in a group of three bytes, and in texts of Windows."""
    text = f"{before} {scheme}://app:{VALUE}@db.corp.net:5432/shop\n"
    encoded = base64.b64encode(text.encode()).decode()
    assert told(scanner, "srv/k8s/secret.yaml", f"kind: Secret\ndata:\n  url: {encoded}\n") != []
    assert any(hit.level > 0 for hit in scanner.text("srv/settings.reg", text.encode("utf-16")))
