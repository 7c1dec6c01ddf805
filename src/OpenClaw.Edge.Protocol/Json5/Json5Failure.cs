namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>A fault at a byte offset, before lines are counted.</summary>
internal readonly record struct Json5Failure(Json5Fault Fault, int Offset, string What, string Fix)
{
    public Json5Error At(ReadOnlySpan<byte> text)
    {
        Json5Position position = Json5Position.Of(text, Offset);
        return new Json5Error(Fault, position.Line, position.Column, What, Fix);
    }
}
