using System.Text;
using OpenClaw.Edge.Http;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class ModelFieldTests
{
    [Theory]
    [InlineData("""{"model":"a/b"}""", "a/b", "\"a/b\"")]
    [InlineData("""{"x":{"model":"no"},"y":["model"], "model" :  "a" }""", "a", "\"a\"")]
    [InlineData("""{"model":"first","model":"last"}""", "last", "\"last\"")]
    [InlineData("""{"mod\u0065l":"a\/b"}""", "a/b", "\"a\\/b\"")]
    [InlineData("""{"model":"\u00e4"}""", "ä", "\"\\u00e4\"")]
    public void Finds_the_value_and_its_place(string body, string value, string raw)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(body);
        Assert.True(ModelField.TryFind(utf8, out ModelField field, out _));
        Assert.Equal(value, field.Value);
        Assert.Equal(raw, Encoding.UTF8.GetString(utf8, field.Start, field.Length));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model":null}""")]
    public void A_body_without_a_model_is_fine(string body)
    {
        Assert.True(ModelField.TryFind(Encoding.UTF8.GetBytes(body), out ModelField field, out _));
        Assert.Null(field.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("""{"model":"a"}{}""")]
    [InlineData("""{"model":"a",}""")]
    [InlineData("""{"model":["a"]}""")]
    [InlineData("""{"model":"\ud83d"}""")]
    public void What_is_no_request_is_refused_with_a_sentence(string body)
    {
        Assert.False(ModelField.TryFind(Encoding.UTF8.GetBytes(body), out _, out string problem));
        Assert.EndsWith(".", problem);
    }

    [Fact]
    public void Every_cut_of_a_body_is_refused()
    {
        byte[] whole = """{"model":"a/b","messages":[{"role":"user","content":"x"}]}"""u8.ToArray();
        for (int cut = 0; cut < whole.Length; cut++)
        {
            Assert.False(ModelField.TryFind(whole.AsSpan(0, cut), out _, out _));
        }
    }
}
