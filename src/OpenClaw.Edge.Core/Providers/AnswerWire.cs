using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Providers;

/// <summary>Adds one line or event of a wire to a draft; false when it is not of that wire.</summary>
internal delegate bool ChunkReader(ReadOnlySpan<byte> chunk, AnswerDraft draft);

/// <summary>How a wire carries an answer.</summary>
/// <param name="Api">Its name in the configuration.</param>
/// <param name="EventStream">Whether it is an event stream; else lines of JSON.</param>
/// <param name="Read">Reads one event or line.</param>
internal sealed record AnswerWire(string Api, bool EventStream, ChunkReader Read);
