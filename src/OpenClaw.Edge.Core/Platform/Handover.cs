using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OpenClaw.Edge.Platform;

/// <summary>What a gateway that starts itself anew leaves to the one that takes its place in the same process: listeners that stay open, and
/// when it did so before. One variable: the process id, the descriptors (<c>s</c>: of a socket unit, <c>k</c>: its own), and times in
/// epoch milliseconds, such as <c>812 64k,65k 1790000000000</c>.</summary>
public sealed class Handover
{
    /// <summary>The variable. What it says to another process id is nobody's.</summary>
    public const string Variable = "OPENCLAW_HANDOVER";

    private const int MostListeners = 32; // guess: addresses that one gateway listens on, before and after

    private readonly List<(int Descriptor, bool OfUnit)> _listeners = [];

    /// <summary>When this gateway started itself anew, oldest first.</summary>
    public IReadOnlyList<long> RestartsMs { get; private init; } = [];

    /// <summary>The listeners.</summary>
    internal IReadOnlyList<(int Descriptor, bool OfUnit)> Listeners => _listeners;

    /// <summary>The descriptors of all listeners.</summary>
    public IEnumerable<int> Descriptors => _listeners.ConvertAll(static listener => listener.Descriptor);

    /// <summary>An empty one.</summary>
    /// <param name="restartsMs">When the gateway started itself anew, the time that begins now included.</param>
    public static Handover At(IReadOnlyList<long> restartsMs) => new() { RestartsMs = restartsMs };

    /// <summary>Keeps a listener open beyond its socket; false when there is no room.</summary>
    public bool Keep(Socket listener, bool ofUnit)
    {
        int copy = _listeners.Count < MostListeners ? ProcessImage.Copy(listener) : -1;
        if (copy >= 0)
        {
            _listeners.Add((copy, ofUnit));
        }

        return copy >= 0;
    }

    /// <summary>The variable's text.</summary>
    public string Text(int processId)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{processId} ");
        foreach ((int descriptor, bool ofUnit) in _listeners)
        {
            text.Append(CultureInfo.InvariantCulture, $"{descriptor}{(ofUnit ? 's' : 'k')},");
        }

        text.Append(' ').AppendJoin(',', RestartsMs);
        return text.ToString();
    }

    /// <summary>Reads the variable; empty when there is none, it is another process's or not understood.</summary>
    public static Handover Read(string? text, int processId)
    {
        string[] parts = text?.Split(' ') ?? [];
        if (parts.Length != 3 || parts[0] != processId.ToString(CultureInfo.InvariantCulture))
        {
            return new Handover();
        }

        List<long> times = [];
        foreach (string part in parts[2].Split(','))
        {
            if (long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long ms))
            {
                times.Add(ms);
            }
        }

        Handover read = new() { RestartsMs = times };
        foreach (string part in parts[1].Split(',', MostListeners + 1))
        {
            if (part.Length > 1 && part[^1] is 's' or 'k'
                && int.TryParse(part.AsSpan(0, part.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor))
            {
                read._listeners.Add((descriptor, part[^1] == 's'));
            }
        }

        return read;
    }
}
