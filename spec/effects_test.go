package spec

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const effectsPolicy = `
rightful: 1
vars: {webuser: nobody, groups: [mail, mail], roots: [www], friends: [], one: x}
accounts: [{list: [{name: never, vars: {own: x}}], profile: p}]
identities:
  web: {user: "${webuser}"}
  php: {user: "${account}"}
  number: {uid: 14, gid: 50, groups: [5, "${groups}", "${group}"]}
  unused: {user: "${own}"}
profiles:
  p:
    access:
      - {identity: web, can: [read, list], match: ["${roots}/**", ".", "${roots}/**"]}
      - {identity: number, cannot: write, match: "${friends}/x"}
      - {identity: others, cannot: search, match: "**"}
    checks: [sshd, apache: {identity: number, match: "${roots}/**"}, php-fpm: {identity: php}]
    layout:
      "${roots}": {type: directory, create: false, acl: ["user:${roots}:r"]}
    rules:
      - {match: a, acl: ["user:web:rX", "user:php:rx", "user:account:r-x", "user:number:r", "group:web:r"]}
      - {match: b, acl: ["user:${friends}:rwx", mask::rx, "d:user:${friends}:rwx", "d:u:a:r", d:mask::rx]}
      - {match: c, acl: ["group:${groups}:rx", "user:${account}:rw", m:r]}
      - {match: d, acl: any}
      - {match: e, acl: ["user:${one}:r", "user:y:w"]}
  none: {access: none}
`

func TestBindEffects(t *testing.T) {
	p := mustParse(t, effectsPolicy)
	for _, test := range []struct {
		profile string
		vars    map[string]Value
		want    string
	}{
		{"p", nil, `bound
  p.yaml:19 rule a acl user:nobody:r-X|user:bob:r-x|user:14:r--|group:web:r--
  p.yaml:20 rule b acl default:user:a:r--|default:mask::r-x
  p.yaml:21 rule c acl group:mail:r-x|user:bob:rw-|mask::r--
  p.yaml:22 rule d acl any
  p.yaml:23 rule e acl user:x:r--|user:y:-w-
  p.yaml:17 layout www directory acl user:www:r-- not created
  p.yaml:12 access web user nobody: can [read list] www/**|.
  p.yaml:13 access number uid 14 gid 50 groups #5|mail|users: cannot [write] 
  p.yaml:14 access others: cannot [search] **
  p.yaml:15 check sshd
  p.yaml:15 check apache as number uid 14 gid 50 groups #5|mail|users www/** follow htaccess
  p.yaml:15 check php-fpm as php user bob public_html/**/*.php
`},
		// What a variable says is the host's name, whatever the policy calls by it.
		{"p", map[string]Value{"friends": list("web", "account"), "groups": list(), "webuser": scalar("apache"), "roots": list("a*", "b")}, `bound
  p.yaml:19 rule a acl user:apache:r-X|user:bob:r-x|user:14:r--|group:web:r--
  p.yaml:20 rule b acl user:web:rwx|user:account:rwx|mask::r-x|default:user:web:rwx|default:user:account:rwx|default:user:a:r--|default:mask::r-x
  p.yaml:21 rule c acl user:bob:rw-|mask::r--
  p.yaml:22 rule d acl any
  p.yaml:23 rule e acl user:x:r--|user:y:-w-
  p.yaml:17 layout a\* at "a*" directory acl user:a*:r-- not created
  p.yaml:17 layout b directory acl user:b:r-- not created
  p.yaml:12 access web user apache: can [read list] a\*/**|b/**|.
  p.yaml:13 access number uid 14 gid 50 groups #5|users: cannot [write] web/x|account/x
  p.yaml:14 access others: cannot [search] **
  p.yaml:15 check sshd
  p.yaml:15 check apache as number uid 14 gid 50 groups #5|users a\*/**|b/** follow htaccess
  p.yaml:15 check php-fpm as php user bob public_html/**/*.php
`},
		{"none", nil, "bound\n  access none\n"},
	} {
		bound, err := p.Bind(test.profile, bob(test.vars), Day{})
		if err != nil {
			t.Errorf("%s: %v", test.profile, err)
			continue
		}
		if diff := cmp.Diff(test.want, boundText(bound)); diff != "" {
			t.Errorf("%s %v: %s", test.profile, test.vars, diff)
		}
	}
}

func TestBindEffectsErrors(t *testing.T) {
	p := mustParse(t, effectsPolicy)
	for _, test := range []struct {
		vars map[string]Value
		want string
	}{
		{map[string]Value{"webuser": scalar("root")}, "p.yaml:5:3: user: root passes every permission check, so that nothing can be expected of it"},
		{map[string]Value{"webuser": scalar("33")}, `p.yaml:5:3: user: "33" is a name of digits only; if the number is meant, write it without quotes`},
		{map[string]Value{"webuser": list("a", "b")}, "p.yaml:5:3: user: webuser is a list, and here is room for one value"},
		{map[string]Value{"groups": list("a", "b:c")}, "p.yaml:7:3: b:c cannot be the name of a user or group"},
		{map[string]Value{"roots": list("../x")}, "p.yaml:12:9: variable roots: ../x has a .. in it; nothing outside the home can be named"},
		{map[string]Value{"friends": list("a", "b", "a")}, "p.yaml:20:84: default:user:a:r--: given twice, first as default:user:a:rwx"},
		{map[string]Value{"one": scalar("y")}, "p.yaml:23:43: user:y:-w-: given twice, first as user:y:r--"},
		{map[string]Value{"one": scalar("x:rwx,user:y")}, "p.yaml:23:26: x:rwx,user:y cannot be the name of a user or group"},
		{map[string]Value{"one": scalar("${uid}")}, ""},
		{map[string]Value{"one": scalar("1001")}, `p.yaml:23:26: "1001" is a name of digits only; if the number is meant, write it without quotes`},
	} {
		_, err := p.Bind("p", bob(test.vars), Day{})
		have := ""
		if err != nil {
			have = err.Error()
		}
		if have != test.want {
			t.Errorf("%v: %s; want %s", test.vars, have, test.want)
		}
	}
}

func TestBindIdentity(t *testing.T) {
	p := mustParse(t, effectsPolicy)
	for name, want := range map[string]string{
		"php": "php user bob", "account": "account", "others": "others", "number": "number uid 14 gid 50 groups #5|mail|users",
		"phq":    "unknown identity phq; did you mean php?",
		"unused": "p.yaml:8:3: user: this account has no variable own",
	} {
		have := ""
		if id, err := p.BindIdentity(name, bob(nil)); err != nil {
			have = err.Error()
		} else {
			have = identityText(id)
		}
		if have != want {
			t.Errorf("%s; want %s", have, want)
		}
	}
}

// TestSameIdentity lets whoever judges expectations group them by pointer.
func TestSameIdentity(t *testing.T) {
	bound, err := mustParse(t, effectsPolicy).Bind("p", bob(nil), Day{})
	if err != nil {
		t.Fatal(err)
	}
	if bound.Access[1].Who != bound.Checks[1].Who || bound.Access[0].Who == bound.Access[1].Who {
		t.Error("one identity is two, or two are one")
	}
}

func TestCeiling(t *testing.T) {
	c, err := ParseCeiling(PolicyFile{"limits.yaml", []byte(`rightful: 1
limits: {run: {steps: {count: 7}}}
identities: {php: {user: "${account}"}}
access:
  - {identity: php, can: read, match: "www/${account}/**"}
  - {identity: others, cannot: write, match: [., "**"]}
`)})
	if err != nil || len(c.Limits) != 1 || c.Limits[0].Name != "run.steps" || identityText(c.Identities["php"]) != "php user ${account}" {
		t.Fatalf("%v: %+v", err, c)
	}
	// A variable of the account has no say in what the host expects.
	access, err := c.Bind(bob(map[string]Value{"account": scalar("eve")}))
	want := `  limits.yaml:5 access php user bob: can [read] www/bob/**
  limits.yaml:6 access others: cannot [write] .|**
`
	if diff := cmp.Diff(want, accessText(access, false)); err != nil || diff != "" {
		t.Error(err, diff)
	}
	evil := bob(nil)
	evil.Name = "../x"
	var bind *BindError
	if _, err = c.Bind(evil); !errors.As(err, &bind) {
		t.Errorf("%v: %T", err, err)
	}
}

// TestExtendsEffects is about what children make of their parents'
// expectations, checks and ACLs.
func TestExtendsEffects(t *testing.T) {
	p := mustParse(t, `
rightful: 1
identities: {web: {user: nobody}}
profiles:
  base:
    access: [{identity: web, can: read, match: base}]
    checks: [sshd, apache, suexec]
    layout: {a: {type: directory, create: false, acl: "u:a:r"}, b: {type: directory, create: false, acl: "u:b:r"}}
  none: {access: none}
  silent: {extends: none}
  lifted: {extends: silent, access: [{identity: web, can: read, match: lifted}]}
  child:
    extends: [base, none]
    access: [{identity: web, can: read, match: child}]
    checks: [apache: {symlinks: refuse}, cron: {}]
    layout: {a: {acl: none}, b: {mode: "0700"}}
`)
	for name, want := range map[string]string{
		"none":   "profile none\n  access none\n",
		"silent": "profile silent\n  access none\n",
		"lifted": "profile lifted\n  p.yaml:10 access web: can [read] lifted\n",
		"child": `profile child
  p.yaml:15 layout a directory acl none not created
  p.yaml:15 layout b directory files 0700 directories 0700 acl user:b:r-- not created
  p.yaml:5 access web: can [read] base
  p.yaml:13 access web: can [read] child
  p.yaml:6 check sshd
  p.yaml:14 check apache as web public_html/** refused htaccess
  p.yaml:6 check suexec public_html/**/*.{cgi,fcgi,pl} /
  p.yaml:14 check cron
`,
	} {
		if diff := cmp.Diff(want, profileText(p.Profiles[name])); diff != "" {
			t.Error(diff)
		}
	}
}
