using System.Globalization;

namespace OpenClaw.Edge.Load;

/// <summary>What to measure.</summary>
internal sealed record LoadOptions
{
    public static readonly string[] AllPhases = ["start", "stop", "idle", "writes", "cli", "prompt", "turn", "passthrough", "requests", "paced", "stream", "sockets", "live", "hostile"];

    public const string Help =
        """
        Measures a gateway binary from outside.
          --bin FILE        the binary (artifacts/bin/openclaw)
          --out DIR         where load.json and load.md go (artifacts/load)
          --only A,B        phases: start stop idle writes cli prompt turn passthrough requests paced stream sockets live hostile
          --skip A,B
          --streams A,B     how many streams at once in paced and stream (1,8,32 and 1,8,32,128)
          --history N       messages that stand in the session before a turn of the phase "turn" (0)
          --everything      in the phase "idle": with agents, notes and their vectors, skills, jobs, an MCP server and conversations
          --quick           short phases: a smoke run
          --check           print "ok" or "FAIL" for every gate and exit with 1 when one fails
          --serve-model [PORT]   be the model server instead
        """;

    public string Binary { get; init; } = "artifacts/bin/openclaw";

    public string Out { get; init; } = "artifacts/load";

    public IReadOnlyList<string> Phases { get; init; } = AllPhases;

    /// <summary>Streams at once; empty for each phase's own.</summary>
    public IReadOnlyList<int> Streams { get; init; } = [];

    /// <summary>Messages before the measured turns of <c>turn</c>.</summary>
    public int History { get; init; }

    /// <summary>Whether the idle gateway has all parts in use.</summary>
    public bool Everything { get; init; }

    public bool Quick { get; init; }

    public bool Check { get; init; }

    /// <summary>Reads the arguments; null when they make no sense.</summary>
    public static LoadOptions? Parse(string[] args)
    {
        LoadOptions options = new();
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--quick": options = options with { Quick = true }; continue;
                case "--everything": options = options with { Everything = true }; continue;
                case "--check": options = options with { Check = true }; continue;
                case "--bin": options = options with { Binary = value }; break;
                case "--out": options = options with { Out = value }; break;
                case "--only": options = options with { Phases = value.Split(',') }; break;
                case "--streams" when value.Split(',').All(one => int.TryParse(one, out int count) && count > 0):
                    options = options with { Streams = [.. value.Split(',').Select(one => int.Parse(one, CultureInfo.InvariantCulture))] };
                    break;
                case "--history" when int.TryParse(value, out int messages) && messages >= 0: options = options with { History = messages }; break;
                case "--skip": options = options with { Phases = [.. options.Phases.Except(value.Split(','))] }; break;
                default: return null;
            }

            i++;
        }

        return options.Phases.All(AllPhases.Contains) ? options : null;
    }
}
