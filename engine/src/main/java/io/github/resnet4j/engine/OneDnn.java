package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.onednn.Dnnl;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Whether DL4J's layers compute with oneDNN. DL4J M2.1 disables that twice: by a system property, which {@link #enable}
 * sets, and by a renamed class, which {@link org.nd4j.nativeblas.Nd4jCpu} stands in for.
 */
public final class OneDnn {
    /** Read when the first native library is loaded: ND4J's, and then it is too late for oneDNN's. */
    private static final String JAVACPP_LOGGER = "org.bytedeco.javacpp.logger";

    private OneDnn() {}

    /**
     * Lets the layers of every graph built from here on use oneDNN where the native library has it, and sends JavaCPP's
     * warnings (that oneDNN was built for a newer JavaCPP) to SLF4J. Values given on the JVM's command line are kept.
     */
    public static void enable() {
        if (System.getProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY) == null) {
            System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
        }
        if (System.getProperty(JAVACPP_LOGGER) == null) {
            System.setProperty(JAVACPP_LOGGER, "slf4j");
        }
    }

    /**
     * The version of the oneDNN library that plans call.
     *
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static String version() {
        return Dnnl.version();
    }

    /**
     * The instruction set that it uses here: {@code avx512}, {@code avx2} or another of oneDNN's names.
     *
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static String instructions() {
        return Dnnl.instructions();
    }

    /** Whether a convolution layer built now would use oneDNN: builds one and asks it. */
    public static boolean reached() {
        MultiLayerNetwork net = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(1).build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(2)
                        .build())
                .setInputType(InputType.convolutional(4, 4, 1))
                .build());
        net.init();
        return net.getLayer(0).getHelper() != null;
    }
}
