/* Plays VirtualBox for its VNC module, which otherwise only a running machine loads, and tells what it does.
 *
 *   vnc-module PORTS ADDRESS PASSWORD [taken]
 *
 * Prints the module's questions' outcome: "port N" (what it says it listens at), "listens ADDRESS" for each of its sockets as /proc/net has them, and
 * "asks N" for the way it lets a viewer in: 1 is without a password, 2 with. With "taken" something else has the port already.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUERY_PORT = 1, QUERY_ADDRESS = 2, QUERY_FEATURE = 8, SET_BOUND_PORT = 0x1001, NOT_SUPPORTED = -37 };

struct header { uint64_t version, size; };

static const char *ports, *address, *password;

static int property(void *context, uint32_t index, void *buffer, uint32_t size, uint32_t *written)
{
    (void)context;
    if (index == SET_BOUND_PORT) return printf("port %d\n", *(int32_t *)buffer), 0;
    if (index == QUERY_PORT) return *(uint32_t *)buffer = 0, *written = 4, 0;
    if (index == QUERY_ADDRESS) return *written = snprintf(buffer, size, "%s", address) + 1, 0;
    char *feature = (char *)buffer + 4;
    if (index != QUERY_FEATURE) return NOT_SUPPORTED;
    if (strcmp(feature, "Property/TCP/Ports") == 0) return strcpy(feature, ports), 0;
    if (strcmp(feature, "Property/VNCPassword") == 0 && *password) return strcpy(feature, password), 0;
    *written = 0;
    return NOT_SUPPORTED;
}

static int nothing(void) { return 0; }

static void *library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) exit(fprintf(stderr, "%s\n", dlerror()) > 0);
    return library;
}

/* State 0A is LISTEN. */
static void listeners(const char *table)
{
    char line[512], local[64], state[8];
    FILE *file = fopen(table, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, " %*s %63s %*s %7s", local, state) == 2 && strcmp(state, "0A") == 0) printf("listens %s\n", local);
    if (file) fclose(file);
}

static int at(int (*call)(int, const struct sockaddr *, socklen_t), int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr("127.0.0.1") };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return call(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

static void ask(int port)
{
    unsigned char answer[12];
    int fd = at(connect, port);
    if (fd < 0 || recv(fd, answer, 12, MSG_WAITALL) != 12 || write(fd, "RFB 003.008\n", 12) != 12 || recv(fd, answer, 2, MSG_WAITALL) != 2) return;
    printf("asks %d\n", answer[1]);
}

int main(int count, char **arguments)
{
    if (count < 4) return 2;
    ports = arguments[1], address = arguments[2], password = arguments[3];
    int port = atoi(ports);
    if (count > 4) listen(at(bind, port), 1);

    library("/usr/lib/virtualbox/VBoxRT.so");
    void *module = library("/usr/lib/virtualbox/ExtensionPacks/VNC/linux.amd64/VBoxVNC.so");
    int (*create)(void *, void *, void ***, void **) = dlsym(module, "VRDECreateServer");

    static struct { struct header header; void *functions[16]; } callbacks = { { 3, sizeof callbacks }, { property } };
    for (int i = 1; i < 16; i++) callbacks.functions[i] = nothing;
    void **entries, *server;
    if (create(&callbacks, NULL, &entries, &server) != 0) return 3;
    int (*enable)(void *, int) = entries[3]; /* two words of header, then: destroy, enable */
    if (enable(server, 1) != 0) return 4;

    listeners("/proc/self/net/tcp");
    listeners("/proc/self/net/tcp6");
    if (count == 4) ask(port);
    fflush(stdout);
    _exit(0);
}
