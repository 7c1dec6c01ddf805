using System.Text;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class ConfigTextRedactionTests
{
    [Theory]
    [InlineData(
        "{ ollama: { apiKey: 'ollama', baseUrl: \"http://ollama\" }, model: 'ollama/x' } // ollama",
        "{ ollama: { apiKey: *, baseUrl: \"http://ollama\" }, model: 'ollama/x' } // ollama")]
    [InlineData("{ token: 12345678, port: 12345678 }", "{ token: *, port: 12345678 }")]
    [InlineData("{token:0x1F}", "{token:*}")]
    [InlineData("{ password: \"a\\\"b\", // told\n x: '\\d+' }", "{ password: *, // told\n x: '\\d+' }")]
    [InlineData("{ token: 'one', token: 'two' }", "{ token: *, token: * }")]
    [InlineData("{ apiKey: '${KEY}', token: '', headers: { Any: 'x', More: { y: 'z' } } }", "{ apiKey: '${KEY}', token: '', headers: { Any: *, More: { y: 'z' } } }")]
    [InlineData("{ list: [ { secret: 's' }, 'token' ], env: [ { A: 'b' }, 'c' ] }", "{ list: [ { secret: * }, 'token' ], env: [ { A: * }, 'c' ] }")]
    [InlineData("// nothing\n", "// nothing\n")]
    [InlineData("{ token: ", null)]
    public void Secrets_of_a_text_go_where_they_stand(string text, string? shown)
    {
        byte[]? redacted = ConfigRedaction.RedactText(Encoding.UTF8.GetBytes(text));

        Assert.Equal(shown?.Replace("*", $"\"{ConfigRedaction.Marker}\"", StringComparison.Ordinal), redacted is null ? null : Encoding.UTF8.GetString(redacted));
    }
}
