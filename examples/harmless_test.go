package examples

import (
	"strings"
	"testing"
)

// harmless are the mistakes that nobody has to notice, by the reason. Each is the
// example, the kind, the line, and what became of it; without that, all of the kind
// in that line.
func harmless() []struct{ why, mistakes string } {
	return []struct{ why, mistakes string }{
		{"the path itself has a layout line, and that wins", `
			shared-hosting: narrow: - match: "${docroots}/**/*" => - match: "${docroots}/**"
			shared-hosting: narrow: - match: .htpasswds/**/* => - match: .htpasswds/**
			quickstart: narrow: - match: .ssh/**/* => - match: .ssh/**
			shared-hosting: narrow: - match: .ssh/**/* => - match: .ssh/**
			shared-hosting: narrow: - match: etc/**/* => - match: etc/**
			shared-hosting: narrow: - match: logs/**/* => - match: logs/**
			shared-hosting: narrow: - match: mail/**/* => - match: mail/**
			quickstart: narrow: - match: public_html/**/* => - match: public_html/**
		`},
		{"no path matches both, or they set different attributes", `
			shared-hosting: swap items: - match: "${docroots}/**/*.{cgi,pl}" => - match: "${docroots}/*/uploads/**/*"
			shared-hosting: swap items: - match: "${docroots}/**/wp-config.php" => - match: "${docroots}/**/*.{cgi,pl}"
			shared-hosting: swap items: - match: "${docroots}/*/uploads/**/*" => - match: .htpasswds/**/*
			shared-hosting: swap items: - match: .ssh/**/*.pub => - match: logs/**/*
			shared-hosting: swap items: - match: etc/**/* => - match: .ssh/**/*
			shared-hosting: swap items: - match: logs/**/* => - match: [.cagefs/**, .trash/**]
			shared-hosting: swap items: - match: mail/**/dovecot-uidvalidity.* => - match: etc/**/*
			shared-hosting: swap items: - match: mail/**/maildirsize => - match: mail/**/dovecot-uidvalidity.*
			quickstart: swap items: - match: public_html/**/wp-config.php => - match: .ssh/**/*
		`},
		{"in these lists the order says nothing", `
			shared-hosting: swap items: - passwd: {uid: 1000-59999, home: /home/*} => - list:
			quickstart: swap items: - {identity: web, can: read, match: "public_html/**/*.{css,js,svg}"} => - {identity: others, cannot: read, match: [.ssh/**, "**/wp-config.php"]}
			quickstart: swap items: - {identity: web, can: search, match: public_html/**} => - {identity: web, can: read, match: "public_html/**/*.{css,js,svg}"}
			shared-hosting: swap items: exclude: [backup, "test*"] => exclude: ["test*", backup]
			shared-hosting: swap items: vars: {docroots: [public_html, shop.example], webgroup: shop} => vars: {docroots: [shop.example, public_html], webgroup: shop}
		`},
		{"the first is what is set; after that the order says nothing", `
			shared-hosting: swap items: file_mode: ["0600", "0640", "0400", "0440"] => file_mode: ["0600", "0400", "0640", "0440"]
			shared-hosting: swap items: file_mode: ["0600", "0640", "0400", "0440"] => file_mode: ["0600", "0640", "0440", "0400"]
		`},
		{"what is only reported is never set to the first", `
			shared-hosting: swap items: group: ["${group}", "${webgroup}"] => group: ["${webgroup}", "${group}"]
			shared-hosting: swap items: owner: ["${account}", "${webuser}"] => owner: ["${webuser}", "${account}"]
		`},
		{"said twice is said", `
			shared-hosting: double a line: - exists: /var/cpanel/suspended/${account} => - exists: /var/cpanel/suspended/${account}
			shared-hosting: double a line: - mode: "0000" => - mode: "0000"
		`},
		{"of these folders no other line speaks, so that they are left alone with this line and without it", `
			shared-hosting: another word: manage: false => manage: true
			shared-hosting: drop a part: - match: [.cagefs/**, .trash/**]
			shared-hosting: misspell: - match: [.cagefs/**, .trash/**]
			shared-hosting: narrow: - match: [.cagefs/**, .trash/**]
			shared-hosting: swap items: - match: [.cagefs/**, .trash/**]
			shared-hosting: widen: - match: [.cagefs/**, .trash/**]
		`},
		{"the line says the default", `
			shared-hosting: drop a line: accounts: {percent: 20, at_least: 5} => take:     {count: 10000}
			shared-hosting: drop a line: remove:  {count: 0} => tighten: {percent: 50, at_least: 100}
		`},
		{"without take_from nobody else's files are taken, whoever should own them, and what is added is the account's", `
			quickstart: another word: owner: ${account} => owner: any
			quickstart: drop a line: owner: ${account} => group: ${group}
		`},
		{"setuid means nothing on directories", `
			quickstart: symbolic: directory_mode: u+rwx,go+rx,go-w => directory_mode: u=rwx,go+rx,go-w
			shared-hosting: symbolic: directory_mode: u+rwx,go+x,go-w => directory_mode: u=rwx,go+x,go-w
		`},
		{"a reason is for people, and anything else would be one", `
			shared-hosting: drop a character: reason: "ticket 4711: scanner of the warehouse writes as group bob" => reason: "ticket 4711 scanner of the warehouse writes as group bob"
		`},
		{"the host of a case has one user database, whoever asks", `
			shared-hosting: rename a key: - passwd: {uid: 1000-59999, home: /home/*} => - getent: {uid: 1000-59999, home: /home/*}
		`},
	}
}

// excused are the lines of harmless.
type excused struct {
	why  map[string]string
	used map[string]bool
}

func excuses(t *testing.T) *excused {
	x := &excused{map[string]string{}, map[string]bool{}}
	for _, h := range harmless() {
		for line := range strings.Lines(strings.TrimSpace(h.mistakes)) {
			line = strings.TrimSpace(line)
			if x.why[line] != "" {
				t.Errorf("%s: excused twice", line)
			}
			x.why[line] = h.why
		}
	}
	return x
}

// judge compares what became of a mutant with what is excused: this one, or all
// of its kind in its line.
func (x *excused) judge(t *testing.T, m mutant, missed bool) {
	key := m.key()
	if x.why[key] == "" {
		key = m.line()
	}
	switch why := x.why[key]; {
	case missed && why != "":
		x.used[key] = true
	case missed:
		t.Errorf("%s\nis a mistake that nobody notices: add a case to the example's tests; where it does no harm, excuse it with a reason", m.key())
	case why != "" && key == m.key():
		t.Errorf("%s\nis excused (%s), and noticed", key, why)
	}
}

// finish finds excuses for what is not done.
func (x *excused) finish(t *testing.T, met map[string]bool) {
	for key := range x.why {
		if !met[key] || *every && !x.used[key] {
			t.Errorf("%s: excused, and does not happen", key)
		}
	}
}
