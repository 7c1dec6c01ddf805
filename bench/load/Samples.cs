namespace OpenClaw.Edge.Load;

/// <summary>Measured values of one kind. Not thread-safe: each worker has its own, added up at the end.</summary>
internal sealed class Samples
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    public double Median => Percentile(50);

    public double P99 => Percentile(99);

    public double Max => values.Count == 0 ? double.NaN : values.Max();

    public void Add(double value) => values.Add(value);

    public void Add(Samples others) => values.AddRange(others.values);

    public double Percentile(double percent)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        values.Sort();
        return values[Math.Clamp((int)Math.Ceiling(values.Count * percent / 100) - 1, 0, values.Count - 1)];
    }
}
