// The hardware's limit: nanoseconds for one iteration of z and dz/dc of one point, in vectors of the widest kind that this
// processor has and in vectors of two. Prints one line of JSON. Built and run by bench/bench.js where cc is there:
//   cc -O3 -march=native -ffp-contract=off bench/limit.c
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDE 8
#elif defined(__AVX__)
#define WIDE 4
#else
#define WIDE 2
#endif

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// CHAINS vectors of LANES points each, interleaved, so that the latency of one hides behind the others.
#define MEASURE(NAME, LANES, CHAINS)                                                                  \
  typedef double NAME##_v __attribute__((vector_size(8 * LANES)));                                    \
  static double NAME(long iterations, double *sink) {                                                 \
    NAME##_v zr[CHAINS], zi[CHAINS], dr[CHAINS], di[CHAINS], cr[CHAINS], ci[CHAINS];                  \
    for (int k = 0; k < CHAINS; k++)                                                                  \
      for (int l = 0; l < LANES; l++) {                                                               \
        zr[k][l] = zi[k][l] = dr[k][l] = di[k][l] = 0;                                                \
        cr[k][l] = -0.1 + 0.001 * (k * LANES + l);                                                    \
        ci[k][l] = 0.2;                                                                               \
      }                                                                                               \
    double start = seconds();                                                                         \
    for (long i = 0; i < iterations; i++)                                                             \
      for (int k = 0; k < CHAINS; k++) {                                                              \
        NAME##_v x = zr[k] + zr[k], y = zi[k] + zi[k];                                                \
        NAME##_v d = x * dr[k] - y * di[k] + 1.0;                                                     \
        di[k] = x * di[k] + y * dr[k];                                                                \
        dr[k] = d;                                                                                    \
        NAME##_v z = zr[k] * zr[k] - zi[k] * zi[k] + cr[k];                                           \
        zi[k] = x * zi[k] + ci[k];                                                                    \
        zr[k] = z;                                                                                    \
      }                                                                                               \
    double taken = seconds() - start;                                                                 \
    for (int k = 0; k < CHAINS; k++) *sink += zr[k][0] + dr[k][0];                                    \
    return 1e9 * taken / ((double)iterations * CHAINS * LANES);                                       \
  }

MEASURE(wide, WIDE, 4)
MEASURE(narrow, 2, 2)

int main(void) {
  double sink = 0, best_wide = 1e9, best_narrow = 1e9;
  for (int run = 0; run < 7; run++) {
    double w = wide(3000000, &sink), n = narrow(6000000, &sink);
    if (w < best_wide) best_wide = w;
    if (n < best_narrow) best_narrow = n;
  }
  printf("{\"lanes\":%d,\"wideNs\":%.4f,\"narrowNs\":%.4f,\"sink\":%g}\n", WIDE, best_wide, best_narrow, sink);
  return 0;
}
