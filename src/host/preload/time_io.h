/* Sending, receiving and writing by who has the turn: as the calls of these names. */
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

ssize_t time_sendmsg(int fd, const struct msghdr* msg, int flags);
ssize_t time_recvmsg(int fd, struct msghdr* msg, int flags);
ssize_t time_write(int fd, const void* data, size_t size);
ssize_t time_writev(int fd, const struct iovec* pieces, int count);
int time_connect_socket(int fd, const struct sockaddr* address, socklen_t length);
int time_fcntl_lock(int fd, int command, struct flock* lock);
