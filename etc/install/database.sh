# shellcheck shell=bash
# Sourced by install.sh: the database's two accounts. What is printed here is SQL
# for the server's root.

# database_accounts HOST BACKEND_PASSWORD FRONTEND_PASSWORD - the database and both
# accounts, for connections from that host. Passwords have letters, digits and
# signs of base64 only.
database_accounts() {
  cat <<SQL
CREATE DATABASE IF NOT EXISTS broker CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS broker_backend@'$1' IDENTIFIED BY '$2';
ALTER USER broker_backend@'$1' IDENTIFIED BY '$2';
GRANT ALL ON broker.* TO broker_backend@'$1';
CREATE USER IF NOT EXISTS broker_frontend@'$1' IDENTIFIED BY '$3';
ALTER USER broker_frontend@'$1' IDENTIFIED BY '$3';
SQL
}

# frontend_rights HOST - gives the front end's account what sql/frontend-rights.sql
# lists, and takes away what it does not. For the database itself, after migrations.
frontend_rights() {
  echo "REVOKE ALL PRIVILEGES, GRANT OPTION FROM broker_frontend@'$1';"
  sed "s/ TO account;\$/ TO broker_frontend@'$1';/" sql/frontend-rights.sql
}
