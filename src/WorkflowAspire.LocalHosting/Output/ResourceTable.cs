using Aspire.Hosting.ApplicationModel;
using Spectre.Console;
using WorkflowAspire.LocalHosting.Choices;

namespace WorkflowAspire.LocalHosting.Output;

/// <summary>The resources at a glance: name, address, what serves it and why.</summary>
internal static class ResourceTable
{
    public static Table Of(IEnumerable<(IResource Resource, Decision Decision)> decisions)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Resource").AddColumn("Endpoint").AddColumn("Served by").AddColumn("Why");
        foreach (var (resource, decision) in decisions)
            table.AddRow(new Text(resource.Name), new Text(decision.Endpoint), new Text(decision.Choice), new Text(decision.Reason));
        return table;
    }
}
