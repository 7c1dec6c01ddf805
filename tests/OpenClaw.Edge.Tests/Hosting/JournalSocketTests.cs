using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Hosting.Logging;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Hosting;

public sealed class JournalSocketTests : IDisposable
{
    private readonly TempDir dir = new();
    private readonly Socket journald = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public JournalSocketTests() => journald.Bind(new UnixDomainSocketEndPoint(dir.PathOf("journal")));

    public void Dispose()
    {
        journald.Dispose();
        dir.Dispose();
    }

    [Fact]
    public async Task A_message_reaches_the_journal_with_its_holes_as_fields()
    {
        await using (var sink = new LogSink(LogStyle.Journal, new MemoryStream(), null, JournalSocket.Connect(dir.PathOf("journal"))))
        {
            using var loggers = new EdgeLoggerFactory(sink, LogLevel.Information, new ManualTimeProvider());
            ILogger logger = loggers.CreateLogger("OpenClaw.Edge.Gateway.GatewayConnection");
            LoggerMessage.Define<string, int>(LogLevel.Warning, new EventId(2101), "Connection {ConnectionId} closed: {Waiting} frames.")(
                logger, "c7", 512, null);
        }

        Assert.Equal(
            "MESSAGE=gateway: Connection c7 closed: 512 frames.\nPRIORITY=4\nSYSLOG_IDENTIFIER=openclaw\nOPENCLAW_SUBSYSTEM=gateway\n"
            + "OPENCLAW_EVENT_ID=2101\nOPENCLAW_CONNECTION_ID=c7\nOPENCLAW_WAITING=512\n",
            Receive());
    }

    [Fact]
    public void A_value_with_line_breaks_carries_its_length()
    {
        using JournalSocket journal = JournalSocket.Connect(dir.PathOf("journal"))!;
        Assert.True(journal.TryWrite(new LogLine(0, LogLevel.Error, "http", "one\ntwo")));
        Assert.StartsWith("MESSAGE\n\u000d\0\0\0\0\0\0\0http: one\ntwo\nPRIORITY=3\n", Receive(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_journal_there_is_none() => Assert.Null(JournalSocket.Connect(dir.PathOf("nobody")));

    [Fact]
    public async Task What_the_journal_does_not_take_goes_to_the_console()
    {
        JournalSocket journal = JournalSocket.Connect(dir.PathOf("journal"))!;
        journald.Dispose();
        var console = new MemoryStream();
        await using (var sink = new LogSink(LogStyle.Journal, console, null, journal))
        {
            sink.Write(new LogLine(0, LogLevel.Information, "hosting", "still here"));
        }

        Assert.Equal("<6>hosting: still here\n", Encoding.UTF8.GetString(console.ToArray()));
    }

    private string Receive()
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, journald.Receive(buffer));
    }
}
