using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Json5;

public sealed class Json5FuzzTests
{
    private const string Sample = """
        // a configuration
        {
          gateway: { port: 0x4965, bind: 'lan', auth: { token: "${TOKEN}", }, }, /* note */
          "models": { providers: { ollama: { baseUrl: "http://127.0.0.1:11434", models: ['qwen3:8b', { id: "b", cost: .5, n: +1e3 }] } } },
          text: 'line \
        goes on \x41 \u00e9 \ud83e\udd9e', über: null, list: [ , ],
        }
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Mutated_text_never_throws_and_good_output_is_json(int seed)
    {
        var random = new Random(seed);
        byte[] sample = Encoding.UTF8.GetBytes(Sample);
        for (int round = 0; round < 5000; round++)
        {
            byte[] text = Mutate(sample, random);
            if (Json5Transcoder.TryTranscode(text, out Json5Document? document, out Json5Error? error))
            {
                var reader = new Utf8JsonReader(document.Json.Span);
                using JsonDocument parsed = JsonDocument.ParseValue(ref reader);
                Touch(parsed.RootElement);
                Assert.True(document.Locate(document.Json.Length).Line >= 1);
            }
            else
            {
                Assert.True(error.Line >= 1 && error.Column >= 1 && error.What.Length > 0);
            }
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Editing_mutated_text_never_throws_and_the_value_is_there(int seed)
    {
        var random = new Random(seed);
        byte[] sample = Encoding.UTF8.GetBytes(Sample.Replace("[ , ]", "[ 1, ]", StringComparison.Ordinal));
        object[][] paths = [["gateway", "port"], ["new", "x.y", "z"], ["list", 0], ["models", "providers", "ollama", "models", 1, "id"], ["über"]];
        int edits = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] text = round % 3 == 0 ? sample : Mutate(sample, random);
            object[] path = paths[random.Next(paths.Length)];
            if (Json5Editor.TrySet(text, path, "42", out byte[]? edited, out _))
            {
                edits++;
                Assert.Equal("42", At(edited, path));
                Assert.True(Json5Editor.TryUnset(edited, path, out byte[]? removed, out Json5Error? error), error?.ToString());
                Assert.True(Json5Transcoder.TryTranscode(removed, out _, out _));
            }
        }
        Assert.True(edits > 1000);
    }

    [Fact]
    public void Every_prefix_of_a_text_is_refused_with_a_place()
    {
        byte[] sample = Encoding.UTF8.GetBytes(Sample);
        for (int length = 0; length < sample.Length; length++)
        {
            Assert.False(Json5Transcoder.TryTranscode(sample.AsMemory(0, length), out _, out Json5Error? error));
            Assert.InRange(error.Line, 1, 7);
        }
    }

    internal static byte[] Mutate(byte[] sample, Random random)
    {
        List<byte> text = [.. sample];
        for (int i = random.Next(1, 6); i > 0 && text.Count > 0; i--)
        {
            int at = random.Next(text.Count);
            switch (random.Next(5))
            {
                case 0:
                    text.RemoveAt(at);
                    break;
                case 1:
                    text.Insert(at, (byte)"{}[]:,'\"\\/*+-.0xeInN \n\r$"[random.Next(24)]);
                    break;
                case 2:
                    text[at] = (byte)random.Next(256);
                    break;
                case 3:
                    int length = Math.Min(random.Next(20), text.Count - at);
                    text.InsertRange(random.Next(text.Count), text.GetRange(at, length));
                    break;
                default:
                    text.RemoveRange(at, Math.Min(random.Next(20), text.Count - at));
                    break;
            }
        }
        return [.. text];
    }

    private static void Touch(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                Assert.NotNull(member.Name);
                Touch(member.Value);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Touch(item);
            }
        }
        else if (element.ValueKind == JsonValueKind.String)
        {
            Assert.NotNull(element.GetString()); // throws on half a surrogate pair
        }
    }

    private static string At(byte[] text, object[] path)
    {
        Assert.True(Json5Transcoder.TryTranscode(text, out Json5Document? document, out Json5Error? error), error?.ToString());
        using JsonDocument parsed = JsonDocument.Parse(document.Json);
        JsonElement at = parsed.RootElement;
        foreach (object step in path)
        {
            at = step is string key ? at.GetProperty(key) : at[(int)step];
        }
        return at.GetRawText();
    }
}
