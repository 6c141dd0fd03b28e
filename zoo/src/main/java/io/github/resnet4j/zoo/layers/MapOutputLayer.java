package io.github.resnet4j.zoo.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a {@link MapOutput}. The score is the mean loss, as PyTorch has it. DL4J takes gradients for sums over the images
 * and divides them by their number, so that they are multiplied by it here.
 */
final class MapOutputLayer extends AbstractLayer<MapOutput> implements IOutputLayer {
    private static final long serialVersionUID = 1L;

    private transient INDArray labels;

    MapOutputLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        return workspaces.dup(ArrayType.ACTIVATIONS, layerConf().activated(in()), 'c');
    }

    private INDArray in() {
        if (input.rank() != 4) {
            throw new IllegalArgumentException(layerConf().title() + " \""
                    + layerConf().getLayerName() + "\" takes N×C×H×W, got " + Arrays.toString(input.shape()));
        }
        return input.castTo(dataType);
    }

    private MapOutput.Loss loss() {
        assertInputSet(true);
        if (labels == null) {
            throw new IllegalStateException(
                    layerConf().title() + " \"" + layerConf().getLayerName() + "\" has no labels to compare with");
        }
        return layerConf().loss(in(), labels, Optional.ofNullable(maskArray));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        MapOutput.Loss loss = loss();
        INDArray gradient = loss.gradient();
        gradient.muli(loss.total() == 0 ? 0 : gradient.size(0) / loss.total());
        return new Pair<>(new DefaultGradient(), workspaces.dup(ArrayType.ACTIVATION_GRAD, gradient, 'c'));
    }

    @Override
    public double computeScore(double penalties, boolean training, LayerWorkspaceMgr workspaces) {
        MapOutput.Loss loss = loss();
        double sum = Arrays.stream(loss.sums()).sum();
        return penalties + (loss.total() == 0 ? 0 : sum / loss.total());
    }

    /** N×1: the scores whose mean is that of the batch. */
    @Override
    public INDArray computeScoreForExamples(double penalties, LayerWorkspaceMgr workspaces) {
        MapOutput.Loss loss = loss();
        double share = loss.total() == 0 ? 0 : loss.sums().length / loss.total();
        return Nd4j.createFromArray(loss.sums())
                .muli(share)
                .addi(penalties)
                .reshape(loss.sums().length, 1)
                .castTo(dataType);
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void setLabels(INDArray labels) {
        this.labels = labels;
    }

    @Override
    public INDArray getLabels() {
        return labels;
    }

    @Override
    @Deprecated // by DL4J, whose interface asks for it all the same
    public int numLabels() {
        return (int) labels.size(1);
    }

    @Override
    public void clear() {
        super.clear();
        labels = null;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public void clearNoiseWeightParams() {}

    @Override
    public double f1Score(DataSet data) {
        throw new UnsupportedOperationException("maps have no F1 score");
    }

    @Override
    public double f1Score(INDArray examples, INDArray labels) {
        throw new UnsupportedOperationException("maps have no F1 score");
    }

    @Override
    public int[] predict(INDArray examples) {
        throw alone();
    }

    @Override
    public List<String> predict(DataSet data) {
        throw alone();
    }

    @Override
    public void fit(DataSetIterator data) {
        throw alone();
    }

    @Override
    public void fit(INDArray examples, INDArray labels) {
        throw alone();
    }

    @Override
    public void fit(DataSet data) {
        throw alone();
    }

    @Override
    public void fit(INDArray examples, int[] labels) {
        throw alone();
    }

    private static UnsupportedOperationException alone() {
        return new UnsupportedOperationException("a loss has nothing to fit or predict with; call the graph's methods");
    }
}
