/*
 * The loop of LibvirtBench in C: getinfo URI DOMAIN. For each number on standard
 * input so many calls of virDomainGetInfo, and the nanoseconds that all of them took.
 * An event loop runs beside it, as in every program that listens to events: calls to a
 * daemon have to come to terms with it.
 */
#include <libvirt/libvirt.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static void *events(void *nothing)
{
    while (virEventRunDefaultImpl() == 0) {
    }
    return nothing;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc != 3 || virEventRegisterDefaultImpl() < 0 || pthread_create(&thread, NULL, events, NULL) != 0)
        return 2;
    virConnectPtr connect = virConnectOpen(argv[1]);
    virDomainPtr domain = connect ? virDomainLookupByName(connect, argv[2]) : NULL;
    if (!domain)
        return 1;

    long calls;
    while (scanf("%ld", &calls) == 1) {
        struct timespec from, to;
        virDomainInfo info;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (long i = 0; i < calls; i++) {
            if (virDomainGetInfo(domain, &info) < 0)
                return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec));
        fflush(stdout);
    }
    return 0;
}
