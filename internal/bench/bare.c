//go:build ignore

/* bare DIR [THREADS]: what it costs to look at a tree, and nothing else.
 *
 * getdents64(2) and statx(2) for every entry below DIR, by THREADS threads (2)
 * that share a stack of directories. Whatever compares a tree with a policy has
 * to do this much. Prints how many entries there are.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct dirent64 {
	unsigned long long ino;
	long long off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* An open directory, which its last user closes: a chain of directories may be
 * deeper than PATH_MAX, so they are opened one from the other. */
struct dir {
	int fd;
	atomic_int users;
};

struct task {
	struct task *next;
	struct dir *parent;
	char name[];
};

static struct task *stack;
static int busy;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static atomic_ulong total, unseen;

static void release(struct dir *d)
{
	if (atomic_fetch_sub(&d->users, 1) > 1)
		return;
	if (d->fd != AT_FDCWD)
		close(d->fd);
	free(d);
}

static void push(struct dir *parent, const char *name)
{
	size_t size = strlen(name) + 1;
	struct task *t = malloc(sizeof *t + size);

	memcpy(t->name, name, size);
	t->parent = parent;
	atomic_fetch_add(&parent->users, 1);
	pthread_mutex_lock(&mu);
	t->next = stack;
	stack = t;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&mu);
}

static void look(struct dir *d, const char *name)
{
	struct statx st;

	if (statx(d->fd, name, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC,
		  STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID, &st)) {
		unseen++;
		return;
	}
	if (S_ISDIR(st.stx_mode))
		push(d, name);
}

static void list(struct task *t)
{
	char buf[65536];
	unsigned long seen = 0;
	long n;
	struct dir *d = malloc(sizeof *d);

	d->users = 1;
	d->fd = openat(t->parent->fd, t->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	release(t->parent);
	if (d->fd < 0) {
		unseen++;
		free(d);
		return;
	}
	while ((n = syscall(SYS_getdents64, d->fd, buf, sizeof buf)) > 0)
		for (long at = 0; at < n;) {
			struct dirent64 *e = (void *)(buf + at);

			at += e->len;
			if (!strcmp(e->name, ".") || !strcmp(e->name, ".."))
				continue;
			look(d, e->name);
			seen++;
		}
	release(d);
	total += seen;
}

static void *work(void *unused)
{
	pthread_mutex_lock(&mu);
	for (;;) {
		while (!stack && busy)
			pthread_cond_wait(&more, &mu);
		struct task *t = stack;
		if (!t)
			break;
		stack = t->next;
		busy++;
		pthread_mutex_unlock(&mu);
		list(t);
		free(t);
		pthread_mutex_lock(&mu);
		busy--;
	}
	pthread_cond_broadcast(&more);
	pthread_mutex_unlock(&mu);
	return unused;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[2]) : 2;
	pthread_t th[64];
	struct dir *here = malloc(sizeof *here);

	if (argc < 2 || threads < 1 || threads > 64) {
		fprintf(stderr, "usage: bare DIR [THREADS]\n");
		return 64;
	}
	here->fd = AT_FDCWD;
	here->users = 1;
	push(here, argv[1]);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&th[i], NULL, work, NULL)) {
			perror("bare");
			return 1;
		}
	for (int i = 0; i < threads; i++)
		pthread_join(th[i], NULL);
	printf("%lu entries\n", (unsigned long)total);
	if (unseen)
		fprintf(stderr, "bare: %lu could not be seen\n", (unsigned long)unseen);
	return unseen != 0;
}
