using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Gateway;

public sealed class ParamSchemaTests
{
    private const string Notation = "key!:str1 limit:int(1..1000) mode:a|b deliver:bool keys:strs(1..2) note:str(3)?";

    [Theory]
    [InlineData("""{"key":"x"}""", null)]
    [InlineData("""{"key":"x","limit":5.0,"mode":"b","deliver":false,"keys":["k"],"note":null}""", null)]
    [InlineData("{}", "must have required property 'key'")]
    [InlineData("[]", "must be object")]
    [InlineData("""{"key":"x","y":1}""", "at root: unexpected property 'y'")]
    [InlineData("""{"key":""}""", "at /key: must not have fewer than 1 characters")]
    [InlineData("""{"key":"x","limit":0}""", "at /limit: must be >= 1")]
    [InlineData("""{"key":"x","limit":1001}""", "at /limit: must be <= 1000")]
    [InlineData("""{"key":"x","limit":1.5}""", "at /limit: must be integer")]
    [InlineData("""{"key":"x","limit":1e999}""", "at /limit: must be integer")]
    [InlineData("""{"key":"x","mode":"c"}""", "at /mode: must be equal to one of the allowed values")]
    [InlineData("""{"key":"x","deliver":1}""", "at /deliver: must be boolean")]
    [InlineData("""{"key":"x","keys":[]}""", "at /keys: must not have fewer than 1 items")]
    [InlineData("""{"key":"x","keys":["a","b"]}""", null)]
    [InlineData("""{"key":"x","keys":["a","b","c"]}""", "at /keys: must not have more than 2 items")]
    [InlineData("""{"key":"x","note":"long"}""", "at /note: must not have more than 3 characters")]
    public void Names_the_problem_in_the_originals_words(string json, string? expected)
    {
        using JsonDocument document = JsonDocument.Parse(json);

        Assert.Equal(expected, ParamSchema.Parse(Notation).Check(document.RootElement));
    }

    [Theory]
    [InlineData("""{"id":"x","text":null}""", null)]
    [InlineData("""{"jobId":"x","text":"t","states":["a"],"mode":"b"}""", null)]
    [InlineData("""{"text":"t"}""", "must have required property 'id'; must have required property 'jobId'; must match a schema in anyOf")]
    [InlineData("""{"id":"x"}""", "must have required property 'text'; must have required property 'jobId'; at root: unexpected property 'id'; must match a schema in anyOf")]
    [InlineData("""{"id":"x","jobId":"x","text":"t"}""", "at root: unexpected property 'jobId'; at root: unexpected property 'id'; must match a schema in anyOf")]
    [InlineData("""{"id":"x","text":5}""", "at /text: must be string; at /text: must be null; at /text: must match a schema in anyOf; must have required property 'jobId'; at root: unexpected property 'id'")]
    [InlineData("""{"id":"x","text":"t","states":[]}""", "at /states: must not have fewer than 1 items; must have required property 'jobId'; at root: unexpected property 'id'")]
    [InlineData("""{"jobId":"x","text":"t","states":["a","c"]}""", "must have required property 'id'; at root: unexpected property 'jobId'; at /states/1: must be equal to constant; at /states/1: must match a schema in anyOf")]
    [InlineData("""{"jobId":"x","text":"t","states":["a","a","a"]}""", "must have required property 'id'; at root: unexpected property 'jobId'; at /states: must not have more than 2 items")]
    public void One_of_two_names_and_lists_of_words_have_the_originals_words_too(string json, string? expected)
    {
        using JsonDocument document = JsonDocument.Parse(json);

        Assert.Equal(expected, ParamSchema.Parse("or:id!:str1 jobId!:str1 text!:=str(3)? states:[2]a|b mode:=a|b").Check(document.RootElement));
    }

    [Fact]
    public void Only_the_first_missing_member_is_named()
    {
        using JsonDocument document = JsonDocument.Parse("{}");

        Assert.Equal("must have required property 'message'", ParamSchema.Parse("message!:str1 idempotencyKey!:str1").Check(document.RootElement));
    }

    [Fact]
    public void An_open_schema_lets_unknown_members_pass()
    {
        using JsonDocument document = JsonDocument.Parse("""{"key":"x","future":{}}""");

        Assert.Null(ParamSchema.Parse("key!:str1 …").Check(document.RootElement));
    }
}
