#ifndef RJ_SYS_MSG_H
#define RJ_SYS_MSG_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Messages with descriptors over unix sockets that keep their borders (SOCK_SEQPACKET, unix(7)).
 * Nothing here raises SIGPIPE.
 */
enum { RJ_MSG_FDS = 8 }; /* the most that one message carries */

/* Send one message; the descriptors stay the caller's. 0 or -errno. */
int rj_msg_send(int sock, const void *bytes, size_t len, const int *fds, size_t n);

/*
 * Receive one: its length, 0 at end of file, or -errno; -EMSGSIZE when it does not fit, and it is
 * lost then. *ret_n descriptors, close on exec, go to ret_fds, which has room for RJ_MSG_FDS; both
 * may be NULL, and what comes is closed.
 */
ssize_t rj_msg_receive(int sock, void *bytes, size_t size, int *ret_fds, size_t *ret_n);

/* One byte and one descriptor (-1 none). Receiving returns the byte, 0 at end of file, or -errno.
 */
int rj_fd_send(int sock, char byte, int fd);
int rj_fd_receive(int sock, int *ret_fd);

#endif
