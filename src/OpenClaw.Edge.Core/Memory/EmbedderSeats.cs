using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Memory;

/// <summary>A seat for each section of settings: agents that share theirs share its luck, an agent with its own has its own. Thread-safe.</summary>
internal sealed class EmbedderSeats(ChooseMemoryEmbedder choose, TimeProvider time)
{
    private const int Most = 64; // settings of earlier configurations go first

    private readonly Lock _gate = new();
    private readonly List<EmbedderSeat> _seats = [];

    /// <summary>The seat for settings, which are the same as long as they are the same object.</summary>
    public EmbedderSeat Of(MemorySearchConfig settings)
    {
        lock (_gate)
        {
            EmbedderSeat? seat = _seats.Find(one => ReferenceEquals(one.Settings, settings));
            if (seat is null)
            {
                seat = new EmbedderSeat(choose, settings, time);
                if (_seats.Count == Most)
                {
                    _seats.RemoveAt(0);
                }

                _seats.Add(seat);
            }

            return seat;
        }
    }
}
