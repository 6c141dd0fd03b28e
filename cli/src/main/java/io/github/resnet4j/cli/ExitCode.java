package io.github.resnet4j.cli;

/** Exit codes of the process. Signals end it with 130 (SIGINT) and 143 (SIGTERM), the JVM's own codes. */
final class ExitCode {
    static final int OK = 0;
    static final int USAGE = 2;
    static final int BAD_INPUT = 3;
    static final int INTEGRITY = 4;
    static final int NETWORK = 5;
    static final int DISK = 6;
    static final int MEMORY = 7;
    static final int DIVERGED = 8;
    static final int LOCKED = 9;
    static final int STALLED = 10;
    static final int BUG = 70;

    private ExitCode() {}
}
