using System.Globalization;

namespace OpenClaw.Edge.TestKit.Fuzz;

/// <summary>How many cases a test tries: few in an ordinary run, all of them with <c>EDGE_FUZZ=full</c>; <c>EDGE_FUZZ_SEED</c> moves the seed.</summary>
public static class FuzzCount
{
    /// <summary>The seed of every series.</summary>
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("EDGE_FUZZ_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int seed) ? seed : 20261121;

    /// <summary>The count for this run.</summary>
    public static int Of(int few, int full) => Environment.GetEnvironmentVariable("EDGE_FUZZ") == "full" ? full : few;
}
