/** The example of the Workflow Automation Engine, as its documentation sends it. */
export const orderPipeline = `{
  "name": "Order Pipeline",
  "trigger_type": "webhook",
  "webhook_secret": "my-secret",
  "steps": [
    {"id": "validate", "type": "transform",
      "config": {"expression": "Order #{{ trigger.payload.order_id }} for {{ trigger.payload.customer }}"},
      "depends_on": []},
    {"id": "check_amount", "type": "condition",
      "config": {"expression": "{{ trigger.payload.amount > 100 }}",
        "true_branch": ["high_value"], "false_branch": ["standard"]},
      "depends_on": ["validate"]},
    {"id": "high_value", "type": "transform",
      "config": {"expression": "Escalate: $\{{ trigger.payload.amount }}"},
      "depends_on": ["check_amount"]},
    {"id": "standard", "type": "transform",
      "config": {"expression": "Auto-approve: $\{{ trigger.payload.amount }}"},
      "depends_on": ["check_amount"]}
  ]
}`
