using System.Threading.Channels;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>A person who types when the test says so.</summary>
internal sealed class Keyboard : TextReader
{
    private readonly Channel<string?> lines = Channel.CreateBounded<string?>(64);

    /// <summary>A line and Enter.</summary>
    public void Type(string line) => Xunit.Assert.True(lines.Writer.TryWrite(line));

    /// <summary>Ctrl-D.</summary>
    public void End() => lines.Writer.TryComplete();

    public override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await lines.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }
}
