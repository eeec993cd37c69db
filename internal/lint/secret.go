package lint

import (
	"fmt"
	"slices"
	"strings"

	"rightful/spec"
)

// secret is a kind of entry that others have no business with.
type secret struct {
	what    string
	files   secretEntries
	folders secretEntries
}

// secretEntries are the files, or the directories, of a kind.
type secretEntries struct {
	match, except []string
	bits          uint16 // that open one
	// samples are paths that a person knows. A pattern that matches one, or that
	// matches nothing else than this kind, is about it; one that happens to meet it
	// elsewhere, as **/index.php does in a folder of keys, is not.
	samples []string
}

const (
	forOthers = 0o006
	forMore   = 0o066 // for the group too
)

// secretKinds are the places that bulk repairs open: panels' layouts, and the
// names that a plan puts first among its steps. Execute is no matter: a directory
// that lets through shows nothing.
var secretKinds = []secret{
	{"SSH keys", secretEntries{
		[]string{".ssh/**/*"},
		[]string{"**/*.pub", "**/known_hosts*"},
		forMore,
		[]string{".ssh/id_ed25519", ".ssh/id_rsa", ".ssh/authorized_keys"},
	}, secretEntries{[]string{".ssh/**"}, nil, forMore, []string{".ssh"}}},
	{"mail", secretEntries{
		// Dovecot's own are indexes and empty markers.
		[]string{"{mail,Maildir,imap}/**/*"},
		[]string{"**/dovecot*"},
		forOthers,
		[]string{"mail/cur/1700000000.M1", "Maildir/cur/1700000000.M1", "imap/example.com/info/Maildir/cur/1700000000.M1"},
	}, secretEntries{[]string{"{mail,Maildir,imap}/**"}, nil, forOthers, []string{"mail/cur", "Maildir/cur", "mail"}}},
	{"mailbox passwords", secretEntries{
		[]string{"etc/*/shadow", ".shadow"}, nil, forOthers, []string{"etc/example.com/shadow", ".shadow"},
	}, secretEntries{}},
	{"TLS keys", secretEntries{
		[]string{"ssl/keys/**/*"}, nil, forMore, []string{"ssl/keys/example.com.key"},
	}, secretEntries{[]string{"ssl/keys/**"}, nil, forMore, []string{"ssl/keys"}}},
	{"database passwords", secretEntries{
		[]string{"**/{wp-config.php,configuration.php,settings.php,config.inc.php,.my.cnf,.pgpass}"},
		nil, forOthers,
		[]string{".my.cnf"},
	}, secretEntries{}},
	{"other passwords", secretEntries{
		[]string{"**/{.env,.env.*,.netrc,.git-credentials,.s3cfg,.npmrc,.htpasswd}"}, nil, forOthers, []string{".netrc"},
	}, secretEntries{}},
	{"keys", secretEntries{
		[]string{"**/{*.key,id_*}"}, []string{"**/*.pub", ".ssh/**", "ssl/keys/**"}, forMore, nil,
	}, secretEntries{}},
}

// wpConfig is the file of which every document root may have one. All that is in
// a document root may be a secret of some application; this one is found in most.
const wpConfig = "/wp-config.php"

// secrets reports modes that open what should be closed. Of each it shows a path
// that gets its mode from that line and from no later one.
func (c *checker) secrets(s *subject) {
	if !s.decided {
		return
	}
	for i := range s.lines {
		l := &s.lines[i]
		for _, a := range []attribute{fileMode, directoryMode} {
			if modes := modesOf(l.Line, a); modes != nil && l.Kind != spec.KindExpired {
				c.openSecrets(s, i, a, effectOf(modes, a == directoryMode).gives)
			}
		}
	}
}

func (c *checker) openSecrets(s *subject, i int, a attribute, gives uint16) {
	var opened []string
	var bits uint16
	for _, kind := range secretKinds {
		entries := kind.files
		if a == directoryMode {
			entries = kind.folders
		}
		if gives&entries.bits == 0 {
			continue
		}
		if path, ok := s.secretPath(i, a, entries); ok {
			opened = append(opened, fmt.Sprintf("%s (%s)", kind.what, show(path)))
			bits |= gives & entries.bits
		}
	}
	if l := s.lines[i].Line; len(opened) > 0 {
		c.reportIn(openSecret, a.pos(l), l.Pos, "%s opens to %s: %s", a.said(l), classes(bits), strings.Join(opened, ", "))
	}
}

// secretPath is a path of a kind whose mode line i decides, one that a person
// knows where there is one.
func (s *subject) secretPath(i int, a attribute, kind secretEntries) (string, bool) {
	from := s.lines[i].paths
	out, _ := newLanguage(kind.except...)
	out = append(out, s.overriders(i, a)...)
	match, _ := newLanguage(kind.match...)
	samples := kind.samples
	if a == fileMode {
		for _, root := range s.documentRoots() {
			samples = append(slices.Clip(samples), root+wpConfig)
		}
	}
	for _, path := range samples {
		if match.matches(path) && from.matches(path) && !out.matches(path) {
			return path, true
		}
	}
	path, answer := search([]language{within(from, match)}, out)
	return path, answer == found
}

// within are the patterns that match nothing outside of another language.
func within(l, other language) language {
	var in language
	for _, alt := range l {
		if other.contains(language{alt}) {
			in = append(in, alt)
		}
	}
	return in
}

// overriders are the paths for which line i does not decide an attribute: a later
// line does, or nothing is done there.
func (s *subject) overriders(i int, a attribute) language {
	var out language
	for j := range s.lines {
		l := &s.lines[j]
		if j > i && a.said(l.Line) != "" {
			out = append(out, l.paths...)
		}
		if l.Manage != nil && !*l.Manage {
			out = append(out, below(l)...)
		}
		if l.Report != nil || l.Kind == spec.KindExpired {
			out = append(out, l.paths...)
		}
	}
	return out
}
