#!/bin/bash
# Makes the tree that the manifests of the tools in this folder describe, in an
# empty folder, as root: names that each of them has to encode.
set -eu
cd "$1"

mkdir -p home/alice/public_html home/bob
touch -- 'home/alice/a b' home/alice/$'new\nline' home/alice/$'tab\tend\\' 'home/alice/#hash' \
	'home/alice/star*[a]?' $'home/alice/\xc3\xa3\xc3\xaf\xdc\xa0\xff' $'home/alice/fs\x1c' $'home/alice/del\x7f\x1b[1m' \
	home/alice/=equal=1 home/alice/public_html/index.php home/bob/.profile
printf '%s\n' hello >home/alice/public_html/index.php
ln home/alice/public_html/index.php home/alice/public_html/linked.php
ln -s $'../x y#z\xe9\\' home/alice/www
mkfifo home/alice/fifo
chown -Rh 1001:33 home/alice
chown 65534:65534 home/bob/.profile
chmod 0711 home/alice
chmod 2750 home/alice/public_html
chmod 4755 'home/alice/a b'
chmod 1777 home/bob
chmod 0600 home/bob/.profile
setfacl -m u:33:r-x -dm u:33:r-x home/alice/public_html
setfacl -m u:33:r-- home/bob/.profile
find . -exec touch -hd 2026-01-02T03:04:05Z {} +
