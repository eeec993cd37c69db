// Package story tells, as tests, what the tool was made for, with those who decide
// whether a site works: the real Apache, PHP-FPM, suEXEC and sshd, and the kernel.
// Its tests build the binary and give it a host in a temporary folder; the servers
// run where that host's /var and users are the machine's.
//
// Each test predicts before it asks: of the host as it is, by its live states; of
// the host as it will be, by those with the states over them that an approved
// plan has in it; and again when that is applied.
//
//   - TestAccident: a panel's ownership script, written as a policy, is stopped;
//     where nobody expects anything it shuts the web server out of every site, as
//     predicted; the right policy repairs them all, but for customers who harm
//     themselves meanwhile
//   - TestWebServersAgree: statuses of sites that are static, run by PHP-FPM or by
//     suEXEC, broken in every way that the right policy repairs
//   - TestSSHDAgrees, TestSuEXECAgrees: key logins and exit codes, of accounts that
//     are repaired, then broken by a policy with mistakes in it; the plan's own
//     checks say the same
//   - TestKernelAgrees: random trees, random policies, approved in part and whole,
//     and what everybody may do to every entry; -answers says how long. The plan's
//     own counts, and those that apply reports, are the kernel's
//
// mod_php is what static files are: one user reads everything.
//
// The package needs root, and skips with a reason what else is missing:
// apache2-bin, apache2-suexec-pristine, php-fpm, openssh-client, openssh-server,
// util-linux.
package story
