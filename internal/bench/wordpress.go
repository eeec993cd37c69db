package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
)

// folder is a directory and the names of the files in it.
type folder struct {
	path  string
	files []string
}

// words make names that look and compress like those of a site.
var words = []string{
	"admin", "ajax", "archive", "audio", "author", "block", "button", "cache", "calendar", "category", "comment",
	"cover", "cron", "customize", "date", "editor", "embed", "export", "feed", "file", "footer", "form", "gallery",
	"group", "header", "heading", "image", "import", "latest", "link", "list", "login", "media", "menu", "navigation",
	"network", "page", "post", "query", "rest", "search", "session", "social", "table", "taxonomy", "theme", "user",
	"widget",
}

// part is a directory of the software, with so many files named after format.
type part struct {
	path   string
	files  int
	format string
}

// wordpress is what every site has, in about the proportions of WordPress 6.
var wordpress = []part{
	{"", 17, "wp-%s.php"},
	{"/wp-admin", 92, "%s.php"},
	{"/wp-admin/css", 90, "%s.min.css"},
	{"/wp-admin/css/colors", 4, "_%s.scss"},
	{"/wp-admin/images", 88, "%s-2x.png"},
	{"/wp-admin/includes", 105, "class-wp-%s-list-table.php"},
	{"/wp-admin/js", 96, "%s.min.js"},
	{"/wp-admin/js/widgets", 10, "%s-widgets.js"},
	{"/wp-admin/maint", 1, "%s.php"},
	{"/wp-admin/network", 26, "%s.php"},
	{"/wp-admin/user", 9, "%s.php"},
	{"/wp-includes", 246, "class-wp-%s.php"},
	{"/wp-includes/ID3", 18, "module.%s.php"},
	{"/wp-includes/PHPMailer", 6, "%s.php"},
	{"/wp-includes/Requests", 0, ""},
	{"/wp-includes/Requests/src", 20, "%s.php"},
	{"/wp-includes/Requests/src/Exception", 40, "Status%s.php"},
	{"/wp-includes/SimplePie", 1, "%s.php"},
	{"/wp-includes/SimplePie/src", 40, "%s.php"},
	{"/wp-includes/blocks", 60, "%s.php"},
	{"/wp-includes/css", 40, "%s.css"},
	{"/wp-includes/css/dist", 0, ""},
	{"/wp-includes/css/dist/block-library", 44, "%s-rtl.min.css"},
	{"/wp-includes/css/dist/components", 8, "%s.css"},
	{"/wp-includes/customize", 38, "class-wp-customize-%s.php"},
	{"/wp-includes/images", 30, "%s.png"},
	{"/wp-includes/images/media", 18, "%s.svg"},
	{"/wp-includes/js", 100, "%s.min.js"},
	{"/wp-includes/js/dist", 120, "%s.min.js"},
	{"/wp-includes/js/tinymce", 12, "%s.js"},
	{"/wp-includes/rest-api", 8, "class-wp-rest-%s.php"},
	{"/wp-includes/rest-api/endpoints", 46, "class-wp-rest-%s-controller.php"},
	{"/wp-includes/widgets", 20, "class-wp-widget-%s.php"},
	{"/wp-content", 1, "%s.php"},
	{"/wp-content/languages", 24, "admin-%s.mo"},
	{"/wp-content/plugins", 2, "%s.php"},
	{"/wp-content/themes", 1, "%s.php"},
}

// plugin and theme are what each of these has.
var (
	plugin = []part{
		{"", 6, "%s.php"},
		{"/assets", 0, ""},
		{"/assets/css", 8, "%s.css"},
		{"/assets/images", 12, "%s.svg"},
		{"/assets/js", 9, "%s.min.js"},
		{"/includes", 22, "class-%s.php"},
		{"/includes/admin", 12, "class-admin-%s.php"},
		{"/languages", 8, "plugin-%s.po"},
		{"/templates", 9, "%s-template.php"},
		{"/vendor", 1, "%s.php"},
		{"/vendor/composer", 7, "autoload_%s.php"},
	}
	theme = []part{
		{"", 12, "%s.php"},
		{"/assets", 0, ""},
		{"/assets/fonts", 6, "%s.woff2"},
		{"/assets/js", 4, "%s.js"},
		{"/inc", 8, "%s-functions.php"},
		{"/parts", 7, "%s.html"},
		{"/patterns", 30, "%s-pattern.php"},
	}
	mailbox = []part{
		{"", 4, "dovecot.%s"},
		{"/cur", 40, ""},
		{"/new", 5, ""},
		{"/tmp", 0, ""},
	}
)

// home yields the n entries of an account with one site: directories before
// what is in them, the site's own pictures last, as many as there is room for.
func home(r *rand.Rand, path string, n int) iter.Seq[folder] {
	return first(n, func(yield func(folder) bool) {
		all := concat(
			slices.Values([]folder{
				{path, []string{".bashrc", ".bash_profile", ".bash_logout"}},
				{path + "/.ssh", []string{"authorized_keys"}},
				{path + "/etc", nil},
				{path + "/logs", []string{"access.log", "error.log"}},
				{path + "/tmp", nil},
				{path + "/mail", nil},
			}),
			mail(r, path+"/mail/info"), mail(r, path+"/mail/office"),
			site(r, path+"/public_html"),
		)
		all(yield)
	})
}

// domains yields the n entries of an account with a site for each of its
// domains.
func domains(r *rand.Rand, path string, n int) iter.Seq[folder] {
	const each = 3000
	return first(n, func(yield func(folder) bool) {
		if !yield(folder{path, []string{".bashrc"}}) || !yield(folder{path + "/domains", nil}) {
			return
		}
		for i := 0; ; i++ {
			for f := range first(each, site(r, fmt.Sprintf("%s/domains/%s-%d.example", path, words[i%len(words)], i))) {
				if !yield(f) {
					return
				}
			}
		}
	})
}

// site yields a site that has been there for many years: without end.
func site(r *rand.Rand, path string) iter.Seq[folder] {
	all := []iter.Seq[folder]{parts(path, wordpress)}
	for _, name := range words {
		all = append(all, slices.Values([]folder{{
			path + "/wp-includes/blocks/" + name,
			[]string{"block.json", "editor.css", "editor-rtl.css", "style.css", "style-rtl.css", "view.min.js"},
		}}))
	}
	for _, name := range words[:8] {
		all = append(all, parts(path+"/wp-content/plugins/"+name, plugin))
	}
	for _, name := range words[8:11] {
		all = append(all, parts(path+"/wp-content/themes/"+name, theme))
	}
	return concat(append(all, uploads(r, path+"/wp-content/uploads"))...)
}

func parts(path string, list []part) iter.Seq[folder] {
	return func(yield func(folder) bool) {
		for _, p := range list {
			f := folder{path: path + p.path}
			for i := range p.files {
				f.files = append(f.files, fmt.Sprintf(p.format, word(i)))
			}
			if !yield(f) {
				return
			}
		}
	}
}

// word is another one for every i.
func word(i int) string {
	if i < len(words) {
		return words[i]
	}
	return words[i/len(words)-1] + "-" + word(i%len(words))
}

// mail is a Maildir, whose names say when a message came and how long it is.
func mail(r *rand.Rand, path string) iter.Seq[folder] {
	return func(yield func(folder) bool) {
		for _, p := range mailbox {
			f := folder{path: path + p.path}
			for i := range p.files {
				name := fmt.Sprintf("%d.M%dP%d.mx1,S=%d:2,S", 1_600_000_000+r.IntN(1e8), i, r.IntN(1e5), 1000+r.IntN(1e6))
				if p.format != "" {
					name = fmt.Sprintf(p.format, word(i))
				}
				f.files = append(f.files, name)
			}
			if !yield(f) {
				return
			}
		}
	}
}

// uploads are pictures, by year and month, each in several sizes.
func uploads(r *rand.Rand, path string) iter.Seq[folder] {
	sizes := []string{"", "-150x150", "-300x200", "-768x512", "-1024x683"}
	return func(yield func(folder) bool) {
		if !yield(folder{path, nil}) {
			return
		}
		for month := 0; ; month++ {
			year := fmt.Sprintf("%s/%d", path, 2012+month/12)
			if month%12 == 0 && !yield(folder{year, nil}) {
				return
			}
			f := folder{path: fmt.Sprintf("%s/%02d", year, month%12+1)}
			for i := range 5 {
				picture := fmt.Sprintf("IMG_%d%d", r.IntN(1e7), i)
				for _, size := range sizes {
					f.files = append(f.files, picture+size+".jpg")
				}
			}
			if !yield(f) {
				return
			}
		}
	}
}

func concat(all ...iter.Seq[folder]) iter.Seq[folder] {
	return func(yield func(folder) bool) {
		for _, folders := range all {
			for f := range folders {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// first yields folders until they make n entries; it cuts the last one short.
func first(n int, folders iter.Seq[folder]) iter.Seq[folder] {
	return func(yield func(folder) bool) {
		left := n
		for f := range folders {
			f.files = f.files[:min(len(f.files), max(left-1, 0))]
			left -= 1 + len(f.files)
			if !yield(f) || left <= 0 {
				return
			}
		}
	}
}
