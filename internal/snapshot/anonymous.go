package snapshot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/spec"
)

// names makes names anonymous: by tokens that are the same for the same name
// wherever it stands in one snapshot, and never in two.
type names struct {
	salt  []byte
	stay  map[string]bool // names that programs or the policy mean literally
	globs []string        // what the policy's patterns say of one name
	known map[string]string
}

// newNames knows what a policy means. Homes inside of homes have to be found.
func newNames(salt []byte, p *spec.Policy, homes []string) *names {
	n := &names{salt: salt, stay: map[string]bool{}, known: map[string]string{}}
	for _, home := range homes {
		for name := range strings.SplitSeq(home, "/") {
			n.stay[name] = true
		}
	}
	for _, name := range []string{
		".htaccess", "index.html", "index.htm", "index.php", ".ssh", "authorized_keys", "authorized_keys2", ".forward", ".rightful",
	} {
		n.stay[name] = true
	}
	for _, pattern := range patterns(p) {
		// Braces may have slashes in them: each alternative counts by itself, too.
		pieces := strings.FieldsFunc(pattern, func(c rune) bool { return strings.ContainsRune("/{},", c) })
		for _, piece := range append(pieces, strings.Split(pattern, "/")...) {
			n.mean(piece)
		}
	}
	return n
}

// mean notes one name, or a pattern of one.
func (n *names) mean(piece string) {
	switch {
	case !strings.ContainsAny(piece, `*?[{\`):
		n.stay[piece] = true
	case strings.Trim(piece, "*") != "" && !slices.Contains(n.globs, piece):
		n.globs = append(n.globs, piece)
	}
}

// patterns is all that a policy says of paths, variables' values among it.
func patterns(p *spec.Policy) (all []string) {
	lines := func(list []spec.Line) {
		for _, l := range list {
			all = append(append(all, l.Match...), l.Path)
			for target := range strings.SplitSeq(l.Target, "/") {
				all = append(all, target)
			}
		}
	}
	for _, profile := range p.Profiles {
		lines(profile.Layout)
		lines(profile.Rules)
		for _, e := range profile.Access {
			all = append(all, e.Match...)
		}
		for _, c := range profile.Checks {
			all = append(all, c.Match...)
		}
	}
	for _, e := range p.Exceptions {
		lines(e.Rules)
	}
	for _, v := range p.Vars {
		all = append(all, v.Items...)
	}
	for _, s := range p.Sources {
		for _, v := range s.Vars {
			all = append(all, v.Items...)
		}
		for _, l := range s.Listed {
			for _, v := range l.Vars {
				all = append(all, v.Items...)
			}
		}
	}
	return all
}

// maxKnown bounds what is remembered; a token does not depend on it.
const maxKnown = 1 << 16

// token stands for a name: its dot in front and its extension stay, and so does
// the name where some pattern would take the token for something else.
func (n *names) token(name string) string {
	if n.stay[name] {
		return name
	}
	if token, ok := n.known[name]; ok {
		return token
	}
	if len(n.known) >= maxKnown {
		clear(n.known)
	}
	mac := hmac.New(sha256.New, n.salt)
	mac.Write([]byte(name))
	token := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:10]))
	if strings.HasPrefix(name, ".") {
		token = "." + token
	}
	if ext := path.Ext(strings.TrimPrefix(name, ".")); len(ext) > 1 && len(ext) <= maxExtension {
		token += ext
	}
	if slices.ContainsFunc(n.globs, func(glob string) bool { return matches(glob, name) != matches(glob, token) }) {
		token = name
	}
	n.known[name] = token
	return token
}

// maxExtension is as long as an extension may be that says what a file is, and
// not whose: .jpeg, .htaccess.
const maxExtension = 9

func matches(glob, name string) bool {
	ok, err := doublestar.Match(glob, name)
	return ok && err == nil
}

// target is a link's, from a depth below the home: one that stays in the home
// leads to the same place.
func (n *names) target(target string, depth int) string {
	if path.IsAbs(target) {
		return target
	}
	parts := strings.Split(target, "/")
	for i, part := range parts {
		switch part {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return target
			}
		default:
			depth++
			parts[i] = n.token(part)
		}
	}
	return strings.Join(parts, "/")
}
