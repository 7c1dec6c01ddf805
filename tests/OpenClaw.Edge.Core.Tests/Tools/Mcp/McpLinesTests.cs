using System.Text;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

public sealed class McpLinesTests
{
    [Fact]
    public void Lines_come_whole_wherever_the_bytes_are_split()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("{\"a\":1}\n\n{\"ü\":2}\r\nlast\n");
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var lines = new McpLines(1024);
            List<string> got = [];
            lines.Add(bytes.AsSpan(0, cut), line => got.Add(Encoding.UTF8.GetString(line)), _ => Assert.Fail("nothing is too long"));
            lines.Add(bytes.AsSpan(cut), line => got.Add(Encoding.UTF8.GetString(line)), _ => Assert.Fail("nothing is too long"));

            Assert.Equal(["{\"a\":1}", "{\"ü\":2}", "last"], got);
        }
    }

    [Theory]
    [InlineData("{\"result\":\"#\",\"jsonrpc\":\"2.0\",\"id\":17}", 17L)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\": 18,\"result\":\"#\"}", 18L)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"result\":\"#\"}", null)]
    public void A_line_that_is_too_long_is_thrown_away_and_its_id_is_told(string template, long? expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(template.Replace("#", new string('x', 5000), StringComparison.Ordinal) + "\nnext\n");
        foreach (int step in (int[])[1, 7, 300, 4000, bytes.Length])
        {
            var lines = new McpLines(1000);
            List<string> got = [];
            List<long?> dropped = [];
            for (int at = 0; at < bytes.Length; at += step)
            {
                lines.Add(bytes.AsSpan(at, Math.Min(step, bytes.Length - at)), line => got.Add(Encoding.UTF8.GetString(line)), dropped.Add);
            }

            Assert.Equal(["next"], got);
            Assert.Equal([expected], dropped);
        }
    }
}
