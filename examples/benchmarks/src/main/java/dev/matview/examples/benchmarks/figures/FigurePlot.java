package dev.matview.examples.benchmarks.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.io.StringWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.batik.dom.GenericDOMImplementation;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** How far each aim is reached, as an SVG: a dot for the median, a bar for the spread; right of the line the aim is met. */
final class FigurePlot {

    /** Stands for the colour of writing, which is another where the page is dark. */
    private static final Color INK = new Color(1, 2, 3);

    private static final Color MET = new Color(0x2da44e);
    private static final Color MISSED = new Color(0xe5534b);
    private static final Color LINES = new Color(0x8b949e);
    private static final Color NONE = new Color(0, 0, 0, 0);
    private static final Font WRITING = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final int WIDTH = 960;
    private static final int ROW = 24;

    private FigurePlot() {}

    static String of(List<Result> results) {
        List<Figure> figures = new ArrayList<>();
        results.forEach(result -> figures.addAll(result.figures()));
        // An axis of symbols counts upwards.
        Collections.reverse(figures);
        int height = ROW * figures.size() + 70;
        SVGGraphics2D graphics = new SVGGraphics2D(GenericDOMImplementation.getDOMImplementation()
                .createDocument("http://www.w3.org/2000/svg", "svg", null));
        graphics.setSVGCanvasSize(new Dimension(WIDTH, height));
        chart(figures).draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
        StringWriter written = new StringWriter();
        try {
            graphics.stream(written, true);
        } catch (SVGGraphics2DIOException e) {
            throw new IllegalStateException("the plot could not be written", e);
        }
        return inEveryLight(written.toString(), height);
    }

    private static String inEveryLight(String svg, int height) {
        String style = "<style>svg{color:#1f2328;font-family:sans-serif}"
                + "@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>";
        int head = svg.indexOf('>', svg.indexOf("<svg ")) + 1;
        String viewed = svg.substring(0, head).replace("<svg ", "<svg viewBox=\"0 0 " + WIDTH + " " + height + "\" ");
        return (viewed + style + svg.substring(head)).replace("rgb(1,2,3)", "currentColor");
    }

    private static JFreeChart chart(List<Figure> figures) {
        LogAxis reached = new LogAxis("how far the aim is reached: 1 is the aim, more is better");
        reached.setNumberFormatOverride(new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        String[] names = figures.stream().map(Figure::what).toArray(String[]::new);
        SymbolAxis rows = new SymbolAxis(null, names);
        rows.setGridBandsVisible(false);
        XYPlot plot = new XYPlot(series(figures), reached, rows, renderer());
        for (var axis : List.of(reached, rows)) {
            axis.setLabelFont(WRITING);
            axis.setTickLabelFont(WRITING);
            axis.setLabelPaint(INK);
            axis.setTickLabelPaint(INK);
            axis.setAxisLinePaint(LINES);
            axis.setTickMarkPaint(LINES);
        }
        plot.setBackgroundPaint(NONE);
        plot.setOutlinePaint(LINES);
        plot.setDomainGridlinePaint(LINES);
        plot.setRangeGridlinePaint(LINES);
        plot.addDomainMarker(new ValueMarker(1, INK, new BasicStroke(1.5f)));
        JFreeChart chart = new JFreeChart(null, WRITING, plot, false);
        chart.setBackgroundPaint(NONE);
        return chart;
    }

    private static XYIntervalSeriesCollection series(List<Figure> figures) {
        XYIntervalSeries met = new XYIntervalSeries("met");
        XYIntervalSeries missed = new XYIntervalSeries("missed");
        for (int row = 0; row < figures.size(); row++) {
            Spread reached = figures.get(row).reached();
            XYIntervalSeries one = figures.get(row).isMet() ? met : missed;
            one.add(reached.median(), reached.low(), reached.high(), row, row, row);
        }
        XYIntervalSeriesCollection all = new XYIntervalSeriesCollection();
        all.addSeries(met);
        all.addSeries(missed);
        return all;
    }

    private static XYErrorRenderer renderer() {
        XYErrorRenderer renderer = new XYErrorRenderer();
        renderer.setDrawYError(false);
        renderer.setCapLength(6);
        renderer.setErrorStroke(new BasicStroke(2));
        for (int series = 0; series < 2; series++) {
            renderer.setSeriesPaint(series, series == 0 ? MET : MISSED);
            renderer.setSeriesShape(series, new Ellipse2D.Double(-4, -4, 8, 8));
        }
        return renderer;
    }
}
