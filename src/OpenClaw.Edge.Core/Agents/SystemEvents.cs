using System.Globalization;
using System.Text;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Notes that wait for the next turn of their session: the model reads them before the person's message, and a turn that fails
/// leaves them waiting. In memory only, as the original's. Thread-safe.</summary>
public sealed class SystemEvents(TimeProvider time)
{
    /// <summary>Notes that wait for one session; the oldest goes when one more comes.</summary>
    public const int MaxPerSession = 20; // the original's

    private const int MaxSessions = 256;
    private const int MaxChars = 8_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, List<SystemEvent>> _waiting = [];

    /// <summary>Adds a note.</summary>
    /// <returns>False when it says what the newest waiting note says, or when too many sessions have notes.</returns>
    public bool Add(SessionKey key, string text, string source, bool isForeign = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        SystemEvent added = new(text.Length <= MaxChars ? text : text[..MaxChars] + "…", time.GetLocalNow(), source, isForeign);
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out List<SystemEvent>? list))
            {
                if (_waiting.Count >= MaxSessions)
                {
                    return false;
                }

                _waiting[key] = list = [];
            }

            if (text.Length == 0 || (list.Count > 0 && list[^1].Text == added.Text))
            {
                return false;
            }

            if (list.Count >= MaxPerSession)
            {
                list.RemoveAt(0);
            }

            list.Add(added);
            return true;
        }
    }

    /// <summary>What waits for a session, oldest first.</summary>
    public IReadOnlyList<SystemEvent> For(SessionKey key)
    {
        lock (_gate)
        {
            return _waiting.TryGetValue(key, out List<SystemEvent>? list) ? [.. list] : [];
        }
    }

    /// <summary>Every note that waits, for <c>status</c>.</summary>
    public IReadOnlyList<string> All()
    {
        lock (_gate)
        {
            return [.. _waiting.Values.SelectMany(list => list).Select(note => note.Text)];
        }
    }

    /// <summary>Takes every note of a session away: the conversation that they are about is over.</summary>
    public void Forget(SessionKey key)
    {
        lock (_gate)
        {
            _waiting.Remove(key);
        }
    }

    /// <summary>Takes notes away that a turn has read; those that came meanwhile stay.</summary>
    public void Read(SessionKey key, IReadOnlyList<SystemEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_gate)
        {
            if (events.Count == 0 || !_waiting.TryGetValue(key, out List<SystemEvent>? list))
            {
                return;
            }

            list.RemoveAll(note => events.Any(read => ReferenceEquals(read, note)));
            if (list.Count == 0)
            {
                _waiting.Remove(key);
            }
        }
    }

    /// <summary>Notes as the model reads them: a line each, and every further line of a note marked as well, so that none can pass for
    /// the person's words.</summary>
    public static string Lines(IReadOnlyList<SystemEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        StringBuilder text = new();
        foreach (SystemEvent note in events)
        {
            string mark = note.IsForeign ? "System (untrusted): " : "System: ";
            string[] lines = note.Text.Split('\n');
            text.Append(CultureInfo.InvariantCulture, $"{mark}[{note.At:yyyy-MM-dd HH:mm:ss zzz}] {lines[0].TrimEnd()}\n");
            foreach (string line in lines.Skip(1))
            {
                text.Append(mark).Append(line.TrimEnd()).Append('\n');
            }
        }

        return text.ToString();
    }
}
