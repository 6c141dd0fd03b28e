package org.nd4j.nativeblas;

/**
 * Lets DL4J's layers reach oneDNN. DL4J 1.0.0-M2.1 asks {@code Nd4jCpu$Environment.getInstance().isUseMKLDNN()} in this
 * package before any layer uses oneDNN ({@code BaseMKLDNNHelper.mklDnnEnabled}); M2.1 itself moved that class to
 * {@code org.nd4j.linalg.cpu.nativecpu.bindings} and renamed the method to {@code isUseONEDNN}, so that the question
 * always failed and no layer ever used it. This class stands under the old name and passes the question on.
 */
public final class Nd4jCpu {
    private Nd4jCpu() {}

    /** The old name of the native environment. */
    public static final class Environment {
        private static final Environment INSTANCE = new Environment();

        private Environment() {}

        /** Called by DL4J by reflection. */
        public static Environment getInstance() {
            return INSTANCE;
        }

        /** Whether the native library in use was built with oneDNN and allows it. Called by DL4J by reflection. */
        public boolean isUseMKLDNN() {
            return org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.Environment.getInstance()
                    .isUseONEDNN();
        }
    }
}
