package plan

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"sort"
	"strings"
)

// restRoom is what the line about the rest takes at most.
const restRoom = 600

// details folds the groups below the summary, the riskiest first, as many as
// there is room for.
func (m *markdown) details() {
	var groups, named int64
	for _, f := range m.groups.sorted() {
		group := m.group(f)
		if groups == 0 {
			group = "\n#### Groups: steps that make the same change for the same lines of policy\n" + group
		}
		if m.b.Len()+len(group)+restRoom > MaxMarkdown {
			break
		}
		m.b.WriteString(group)
		groups++
		named += int64(len(f.names.all))
	}
	tally := &m.p.Trailer.Summary.Tally
	steps := tally.Adds + tally.Updates + tally.Removes
	var left []string
	if rest := int64(len(m.p.Trailer.Groups)) - groups; rest > 0 {
		left = append(left, comma(rest)+" of "+count(int64(len(m.p.Trailer.Groups)), "group"))
	}
	if named < steps {
		left = append(left, "the names of "+comma(steps-named)+" of "+count(steps, "step"))
	}
	if m.cut {
		left = append(left, "the rest of lists that end in ...")
	}
	if len(left) > 0 {
		m.add("\nLeft out here: %s. To see all: %s", list(left), span(clip(strings.Trim(m.hint("-full"), "()"), maxSpan)))
	}
}

// group is one group, folded. The line that stays is HTML, in which Markdown means
// nothing until the next empty line: what comes from elsewhere is escaped, and in
// a code element, so that nobody is mentioned.
func (m *markdown) group(f *fold) string {
	accounts := m.accountsOf(f.group)
	does := clip(string(symbolOf(f.change.Action))+" "+m.does(f, accounts), maxCode)
	lines := make([]string, len(f.names.all))
	for i, s := range f.names.all {
		lines[i] = clip(Quote(s.account)+":"+subject(s.path, &f.change)+s.inside, maxCode)
	}
	if rest := f.steps - int64(len(lines)); rest > 0 {
		lines = append(lines, "... "+comma(rest)+" more")
	}
	return fmt.Sprintf("\n<details>\n<summary>%s in %s: <code>%s</code></summary>\n\nGroup %s, %s, for %s:\n\n%s\n</details>\n",
		count(f.steps, f.noun()), count(accounts, "account"), html.EscapeString(does),
		span(m.short.Short(f.group)), f.change.Classes.text(), span(clip(sources(f.change.Rules), maxSpan)), fenced(lines))
}

// accountsOf is how many accounts have steps of a group.
func (m *markdown) accountsOf(id ID) int64 {
	all := m.p.Trailer.Groups // by id
	i := sort.Search(len(all), func(i int) bool { return bytes.Compare(all[i].ID[:], id[:]) >= 0 })
	return all[i].Accounts
}

// does says what a group's steps do. Those of several accounts have in common
// what policies call ${account} and ${group}.
func (m *markdown) does(f *fold, accounts int64) string {
	if accounts == 1 {
		return describe(f.of, &f.change)
	}
	a := *f.of
	a.Users, a.Groups = maps.Clone(a.Users), maps.Clone(a.Groups)
	a.Users[a.UID], a.Groups[a.GID] = "${account}", "${group}"
	return strings.NewReplacer(`"${account}"`, "${account}", `"${group}"`, "${group}").Replace(describe(&a, &f.change))
}
