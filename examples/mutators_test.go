package examples

import (
	"regexp"
	"slices"
	"strings"
)

// mutators are the mistakes, by what they are called.
func mutators() map[string]func(*page) []edit {
	return map[string]func(*page) []edit{
		"drop a character": dropCharacter,
		"indent":           indent,
		"drop a line":      dropLine,
		"double a line":    doubleLine,
		"misspell":         misspell,
		"rename a key":     renameKey,
		"drop a part":      dropPart,
		"swap items":       swapItems,
		"octal":            octal,
		"symbolic":         symbolic,
		"widen":            widen,
		"narrow":           narrow,
		"another word":     anotherWord,
		"another number":   anotherNumber,
	}
}

// dropCharacter drops what YAML, and variables, are held together by.
func dropCharacter(p *page) (all []edit) {
	for from, text := range p.code() {
		for i := range text {
			if strings.IndexByte(`":,[]{}$-`, text[i]) >= 0 {
				all = append(all, edit{from + i, from + i + 1, ""})
			}
		}
	}
	return all
}

// indent moves a line to the left, to the right, and behind a tab.
func indent(p *page) (all []edit) {
	for from, text := range p.code() {
		blanks := len(text) - len(strings.TrimLeft(text, " "))
		all = append(all, edit{from, from, " "}, edit{from, from + blanks, "\t"})
		for n := 1; n <= min(2, blanks); n++ {
			all = append(all, edit{from, from + n, ""})
		}
	}
	return all
}

func dropLine(p *page) (all []edit) {
	for from := range p.code() {
		all = append(all, edit{from, from + len(line(p.text, from)) + 1, ""})
	}
	return all
}

func doubleLine(p *page) (all []edit) {
	for from := range p.code() {
		all = append(all, edit{from, from, line(p.text, from) + "\n"})
	}
	return all
}

// misspell swaps two letters of a key, and drops one of a value.
func misspell(p *page) (all []edit) {
	for _, s := range p.scalars {
		var at []int // of two letters that differ
		for i := s.from; i+1 < s.to; i++ {
			if letter(p.text[i]) && letter(p.text[i+1]) && p.text[i] != p.text[i+1] {
				at = append(at, i)
			}
		}
		if len(at) == 0 || mode(s) || s.role() == "reason" {
			continue
		}
		i := at[pick(len(at), p.line(s.from), s.value)]
		if s.key {
			all = append(all, edit{i, i + 2, p.text[i+1:i+2] + p.text[i:i+1]})
		}
		all = append(all, edit{i, i + 1, ""})
	}
	return all
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// renameKey takes another key of the language for one.
func renameKey(p *page) (all []edit) {
	others := map[string][]string{
		"mode": {"file_mode"}, "file_mode": {"directory_mode", "mode"}, "directory_mode": {"file_mode", "mode"},
		"owner": {"group"}, "group": {"owner"}, "take_from": {"owner", "group"}, "can": {"cannot"}, "cannot": {"can"},
		"layout": {"rules", "access"}, "rules": {"layout", "keep"}, "keep": {"rules"}, "access": {"checks"}, "checks": {"access"},
		"list": {"passwd", "getent"}, "passwd": {"getent", "list"}, "exclude": {"skip_when"}, "skip_when": {"exclude"},
		"percent": {"count", "at_least"}, "at_least": {"count", "percent"}, "count": {"percent", "at_least"},
		"run": {"account"}, "account": {"run", "name"}, "manage": {"create", "enforce"}, "create": {"manage", "replace", "create_home"},
		"enforce": {"manage"}, "target": {"content", "from"}, "suexec": {"suphp", "php-fpm"}, "tighten": {"loosen", "steps"}, "remove": {"add", "take"},
		"take": {"chown", "remove"}, "accounts": {"held"}, "extends": {"profile"}, "user": {"uid"}, "until": {"day"},
	}
	for _, s := range p.scalars {
		for _, other := range others[s.value] {
			if s.key {
				all = append(all, edit{s.from, s.to, other})
			}
		}
	}
	return all
}

// dropPart drops an entry or an item with all that belongs to it.
func dropPart(p *page) (all []edit) {
	for _, x := range p.parts {
		from, to := x.from, x.to
		if x.next != 0 {
			to = x.next
		} else if comma := strings.LastIndex(p.text[:from], ", "); x.flow && comma > strings.LastIndexAny(p.text[:from], "[{") {
			from = comma
		}
		all = append(all, edit{from, to, ""})
	}
	return all
}

// swapItems exchanges two neighbours of a list.
func swapItems(p *page) (all []edit) {
	for _, x := range p.parts {
		i := slices.IndexFunc(p.parts, func(y part) bool { return x.next != 0 && y.from == x.next })
		if i < 0 || !x.item {
			continue
		}
		y := p.parts[i]
		all = append(all, edit{x.from, y.to, p.text[y.from:y.to] + p.text[x.to:y.from] + p.text[x.from:x.to]})
	}
	return all
}

func mode(s scalar) bool { return !s.key && strings.HasSuffix(s.role(), "mode") }

var octalMode = regexp.MustCompile(`^[0-7]{4}$`)

// octal turns each of the nine bits round, and drops and doubles digits.
func octal(p *page) (all []edit) {
	for _, s := range p.scalars {
		if !mode(s) || !octalMode.MatchString(s.value) {
			continue
		}
		digits := s.from + strings.Index(p.text[s.from:s.to], s.value)
		for i := 1; i < 4; i++ {
			at := digits + i
			for _, bit := range []byte{4, 2, 1} {
				all = append(all, edit{at, at + 1, string((p.text[at] - '0') ^ bit + '0')})
			}
			all = append(all, edit{at, at + 1, ""}, edit{at, at, p.text[at : at+1]})
		}
		all = append(all, edit{digits, digits + 1, "2"}, edit{digits, digits + 1, "1"}, edit{digits, digits + 1, "4"})
	}
	return all
}

var clause = regexp.MustCompile(`([ugoa]*)([-+=])([rwxX]*)`)

// symbolic turns clauses round, drops them and parts of them, and takes other
// bits.
func symbolic(p *page) (all []edit) {
	for _, s := range p.scalars {
		if !mode(s) || !clause.MatchString(s.value) {
			continue
		}
		start := s.from + strings.Index(p.text[s.from:s.to], s.value)
		for _, m := range clause.FindAllStringSubmatchIndex(s.value, -1) {
			one := func(from, to int, text string) { all = append(all, edit{start + from, start + to, text}) }
			one(m[0], min(m[1]+1, len(s.value)), "")
			for _, op := range []string{"+", "-", "="} {
				one(m[4], m[5], op)
			}
			for i := m[2]; i < m[3]; i++ {
				one(i, i+1, "")
			}
			for i := m[6]; i < m[7]; i++ {
				one(i, i+1, "")
				one(i, i+1, string("rwx"[(strings.IndexByte("rwx", s.value[i])+1)%3]))
			}
			for _, who := range []string{"u", "g", "o", "a"} {
				one(m[2], m[3], who)
			}
		}
	}
	return all
}
