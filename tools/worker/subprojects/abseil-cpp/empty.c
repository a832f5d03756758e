// The worker's build file asks each subproject for a library to link whole; this one stands in for it.
typedef int nothing_here;
