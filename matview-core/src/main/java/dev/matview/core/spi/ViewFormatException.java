package dev.matview.core.spi;

/** A stored view is of a format that a later version of matview writes: this one leaves it alone. */
public final class ViewFormatException extends ViewStoreException {
    private static final long serialVersionUID = 1L;

    private final int format;

    /**
     * @param format of the stored view
     * @param known the highest that is known here
     */
    public ViewFormatException(String view, int format, int known) {
        super("view " + view + " is of format " + format + ", which a later version of matview wrote; this one knows"
                + " formats up to " + known + ", and neither serves the view nor changes it. Upgrade this server");
        this.format = format;
    }

    /** The format of the stored view. */
    public int format() {
        return format;
    }
}
