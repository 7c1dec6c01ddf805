/* Tries one way out of a sandbox and says whether it is open: exit 0 when it is, 1 with the errno when it is closed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int closed(const char *what) { printf("%s: closed (%s)\n", what, strerror(errno)); return 1; }
static int open_(const char *what) { printf("%s: OPEN\n", what); return 0; }

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    const char *more = argc > 2 ? argv[2] : "";
    long r = -1;
    if (!strcmp(what, "ptrace")) r = ptrace(PTRACE_ATTACH, atoi(more), 0, 0);
    else if (!strcmp(what, "vmread")) { char b[8]; struct iovec { void *p; size_t n; } l = { b, 8 }, f = { (void *)0x400000, 8 };
        r = syscall(SYS_process_vm_readv, atoi(more), &l, 1, &f, 1, 0); }
    else if (!strcmp(what, "signal")) r = kill(atoi(more), 0);
    else if (!strcmp(what, "raw")) r = socket(AF_INET, SOCK_RAW, 1);
    else if (!strcmp(what, "packet")) r = socket(AF_PACKET, SOCK_RAW, 0x300);
    else if (!strcmp(what, "vsock")) r = socket(40, SOCK_STREAM, 0) < 0 ? -1 : ({ struct { unsigned short f, r; unsigned p, c; char z[4]; } a = { 40, 0, 22, 2, { 0 } };
        connect(socket(40, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof a); });
    else if (!strcmp(what, "mount")) { mkdir("/tmp/m", 0700); r = mount("none", "/tmp/m", "tmpfs", 0, 0); }
    else if (!strcmp(what, "remount")) r = mount("none", "/", 0, MS_REMOUNT | MS_BIND, 0);
    else if (!strcmp(what, "umount")) r = umount2(more, MNT_DETACH);
    else if (!strcmp(what, "newmount")) r = syscall(428, -100, "/", 1); /* open_tree, cloned */
    else if (!strcmp(what, "userns")) r = unshare(CLONE_NEWUSER);
    else if (!strcmp(what, "mntns")) r = unshare(CLONE_NEWNS);
    else if (!strcmp(what, "cloneuser")) { r = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); if (r == 0) _exit(0); }
    else if (!strcmp(what, "setns")) { int f = open(more, O_RDONLY); r = f < 0 ? -1 : setns(f, 0); }
    else if (!strcmp(what, "chroot")) r = chroot("/tmp");
    else if (!strcmp(what, "device")) r = mknod("/tmp/disk", S_IFBLK | 0600, makedev(8, 0)) == 0 ? open("/tmp/disk", O_RDONLY) : -1;
    else if (!strcmp(what, "memory")) { r = mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1)) == 0 ? open("/tmp/mem", O_RDONLY) : open("/dev/mem", O_RDONLY); }
    else if (!strcmp(what, "keyadd")) r = syscall(SYS_add_key, "user", "edge", "x", 1, -3);
    else if (!strcmp(what, "keyread")) r = syscall(SYS_keyctl, 0, -4, 0); /* the user's keyring */
    else if (!strcmp(what, "handle")) { char h[128] = { 0 }; *(unsigned *)h = 8; *(int *)(h + 4) = 1; *(unsigned *)(h + 8) = 2;
        r = syscall(SYS_open_by_handle_at, open("/", O_RDONLY), h, O_RDONLY); }
    else if (!strcmp(what, "bpf")) { char a[128] = { 0 }; *(unsigned *)a = 1; r = syscall(SYS_bpf, 5, a, 128); }
    else if (!strcmp(what, "module")) r = syscall(SYS_init_module, "", 0, "");
    else if (!strcmp(what, "kexec")) r = syscall(SYS_kexec_load, 0, 0, 0, 0);
    else if (!strcmp(what, "uring")) { char p[256] = { 0 }; r = syscall(425, 4, p); }
    else if (!strcmp(what, "hostname")) r = sethostname("other", 5);
    else if (!strcmp(what, "clock")) { struct { long s, n; } t = { 1, 0 }; r = syscall(SYS_clock_settime, 0, &t); }
    else if (!strcmp(what, "reboot")) r = syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0); /* ctrl-alt-del off: harmless */
    else if (!strcmp(what, "terminal")) r = ioctl(0, 0x5412, "x") < 0 && errno != EPERM ? -1 : ioctl(0, 0x5412, "x");
    else if (!strcmp(what, "caps")) { r = setuid(0); FILE *f = fopen("/proc/self/status", "r"); char l[256]; r = -1; errno = EPERM;
        while (f && fgets(l, sizeof l, f)) if (!strncmp(l, "CapEff:", 7) && strtoull(l + 7, 0, 16)) r = 0; }
    else if (!strcmp(what, "shadow")) r = open("/etc/shadow", O_RDONLY) < 0 ? -1 : 0;
    else { fprintf(stderr, "probe: no attack is called '%s'\n", what); return 2; }
    return r < 0 ? closed(what) : open_(what);
}
