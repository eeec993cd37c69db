package examples

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pattern reports whether a scalar is one, or a path.
func pattern(s scalar) bool {
	if s.key {
		return len(s.path) > 1 && s.path[len(s.path)-2] == "layout"
	}
	return slices.Contains([]string{"match", "exclude", "home", "exists", "target", "docroots"}, s.role())
}

var (
	alternative = regexp.MustCompile(`,[a-z]+`)
	ending      = regexp.MustCompile(`\.(\{[a-z,]+\}|[a-z]+)$`)
	firstPart   = regexp.MustCompile(`^[^/]+/`)
	lastPart    = regexp.MustCompile(`/[^/]+$`)
	starStar    = regexp.MustCompile(`\*\*/`)
	star        = regexp.MustCompile(`\*+`)
)

// reword applies changes to all patterns.
func reword(p *page, change func(text string) []string) (all []edit) {
	for _, s := range p.scalars {
		if !pattern(s) {
			continue
		}
		for _, text := range change(s.value) {
			text = simplest(text)
			if text[0] == '*' || p.text[s.from] == '"' {
				text = `"` + text + `"`
			}
			all = append(all, edit{s.from, s.to, text})
		}
	}
	return all
}

var (
	manyStars  = regexp.MustCompile(`(^|/)(\*\*/)+(\*\*(?:/|$))`)
	starInside = regexp.MustCompile(`([^*/])\*\*+|\*\*+([^*/])|\*\*\*+`)
)

// simplest is the shortest way to write a pattern: a ** beside another says
// nothing, and in the middle of a name it is a *.
func simplest(text string) string {
	return starInside.ReplaceAllString(manyStars.ReplaceAllString(text, "$1$3"), "$1*$2")
}

// widen makes a pattern match more.
func widen(p *page) []edit {
	return reword(p, func(text string) (now []string) {
		now = append(now, text+"*", "**/"+text)
		for _, m := range star.FindAllStringIndex(text, -1) {
			if m[1]-m[0] == 1 {
				now = append(now, text[:m[0]]+"**"+text[m[1]:])
			}
		}
		return append(now,
			firstPart.ReplaceAllString(text, ""),
			firstPart.ReplaceAllString(text, "*/"),
			lastPart.ReplaceAllString(text, "/*"),
			lastPart.ReplaceAllString(text, "/**"),
			lastPart.ReplaceAllString(text, "/**/*"),
			strings.TrimSuffix(text, "/*"),
			ending.ReplaceAllString(text, ".*"),
			ending.ReplaceAllString(text, "*"))
	})
}

// narrow makes a pattern match less.
func narrow(p *page) []edit {
	return reword(p, func(text string) (now []string) {
		for _, m := range alternative.FindAllStringIndex(text, -1) {
			now = append(now, text[:m[0]]+text[m[1]:])
		}
		for _, m := range starStar.FindAllStringIndex(text, -1) {
			now = append(now, text[:m[0]]+text[m[1]:], text[:m[0]]+"*/"+text[m[1]:])
		}
		for _, m := range star.FindAllStringIndex(text, -1) {
			now = append(now, text[:m[0]]+"x"+text[m[1]:], text[:m[0]]+"*"+text[m[1]:], text[:m[0]]+"?"+text[m[1]:])
		}
		return append(now, "x/"+text, text+"/x", lastPart.ReplaceAllString(text, ""), strings.ToUpper(text))
	})
}

// anotherWord takes another word where there are some to choose from.
func anotherWord(p *page) (all []edit) {
	names := []string{"root", "mail", "nobody", "${account}", "${group}", "${webgroup}", "any", "bob"}
	words := map[string][]string{
		"owner": names, "group": names, "take_from": {"nobody", "mail", "any"}, "webgroup": {"root", "mail"}, "webuser": {"root", "mail"},
		"type": {"directory", "file", "symlink", "absent"}, "create": {"true"}, "manage": {"true"},
		"identity": {"others", "account", "web"}, "can": {"read", "write", "execute", "list", "search"}, "cannot": {"read", "write", "execute", "list", "search"},
		"profile": {"base", "hosting"}, "extends": {"hosting"}, "user": {"root", "nobody"}, "name": {"root", "bob"}, "account": {"root", "alice"},
		"until": {"2026-01-31", "2028-01-31", "2027-01-30", "2027-02-01", "2027-02-31"}, "reason": {`""`}, "checks": {"cron", "suexec"},
		"enforce": {"apply", "none"}, "file_mode": {"any"}, "directory_mode": {"any"}, "mode": {"any"}, "target": {"/public_html", "../public_html", "tmp", "."},
		"docroots": {"tmp", "mail", "."}, "exists": {"/var/cpanel/suspended"}, "rightful": {"2"},
	}
	for _, s := range p.scalars {
		for _, word := range words[s.role()] {
			if !s.key {
				if strings.HasPrefix(word, "${") {
					word = `"` + word + `"`
				}
				all = append(all, edit{s.from, s.to, word})
			}
		}
	}
	return all
}

var number = regexp.MustCompile(`\d+`)

// anotherNumber changes limits and uids.
func anotherNumber(p *page) (all []edit) {
	for _, s := range p.scalars {
		if s.key || !slices.Contains([]string{"percent", "at_least", "count", "uid"}, s.role()) {
			continue
		}
		for _, m := range number.FindAllStringIndex(s.value, -1) {
			from, to := s.from+m[0], s.from+m[1]
			n, _ := strconv.Atoi(p.text[from:to])
			for _, now := range []int{n + 1, n - 1, n * 10, n / 10, 0} {
				all = append(all, edit{from, to, strconv.Itoa(now)})
			}
		}
	}
	return all
}
