//go:build linux

package story

import (
	"fmt"
)

const apacheConfig = `ServerRoot %[1]s
DefaultRuntimeDir %[1]s
PidFile %[1]s/pid
Listen 127.0.0.1:%[2]d
ServerName localhost
User www-data
Group www-data
%[3]sStartServers 1
ErrorLog /dev/stderr
DirectoryIndex index.html
<Directory />
  Options FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
`

const vhostConfig = `<VirtualHost 127.0.0.1:%[2]d>
  ServerName %[1]s
  DocumentRoot %[3]s
  <Directory %[3]s>
    Options Indexes %[4]s
    AllowOverride %[5]s
  </Directory>
%[6]s</VirtualHost>
`

func (w *sites) apacheConfig() string {
	modules := ""
	for _, m := range []string{"mpm_prefork", "authz_core", "dir", "autoindex", "proxy", "proxy_fcgi", "cgi", "suexec"} {
		modules += fmt.Sprintf("LoadModule %s_module /usr/lib/apache2/modules/mod_%[1]s.so\n", m)
	}
	config := fmt.Sprintf(apacheConfig, w.base, w.port, modules)
	for _, s := range w.all {
		x := s.layout.apache
		options := [...]string{"FollowSymLinks", "SymLinksIfOwnerMatch", "FollowSymLinks SymLinksIfOwnerMatch"}[x.Links]
		override := map[bool]string{false: "None", true: "All"}[x.Htaccess]
		more := ""
		switch s.layout.kind {
		case "fpm":
			more = fmt.Sprintf("  DirectoryIndex index.php index.html\n  <FilesMatch \\.php$>\n    SetHandler proxy:unix:%s|fcgi://localhost\n  </FilesMatch>\n", s.socket())
		case "cgi":
			options += " ExecCGI"
			more = fmt.Sprintf("  SuexecUserGroup %s %[1]s\n  <FilesMatch \\.cgi$>\n    SetHandler cgi-script\n  </FilesMatch>\n", s.name)
		}
		config += fmt.Sprintf(vhostConfig, s.name, w.port, s.docroot(), options, override, more)
	}
	return config
}

// fpmConfig gives every request a process that has seen nothing before: PHP
// remembers paths.
func (w *sites) fpmConfig() string {
	config := "[global]\nerror_log = /proc/self/fd/2\n"
	for _, s := range w.all {
		if s.layout.kind == "fpm" {
			config += fmt.Sprintf("[%s]\nuser = %[1]s\ngroup = %[1]s\nlisten = %s\nlisten.owner = www-data\nlisten.group = www-data\nlisten.mode = 0660\n"+
				"pm = ondemand\npm.max_children = 2\npm.max_requests = 1\n", s.name, s.socket())
		}
	}
	return config
}
