resource "aws_scheduler_schedule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = "arn:aws:scheduler:::aws-sdk:batch:submitJob"
    role_arn = "r"
    input = jsonencode({
      JobName       = "nightly"
      JobQueue      = aws_batch_job_queue.work.arn
      JobDefinition = "d"
    })
    dead_letter_config {
      arn = aws_sqs_queue.lost.arn
    }
  }
}

resource "aws_batch_job_queue" "work" {
  name     = "work"
  state    = "ENABLED"
  priority = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.machines.arn
  }
}

resource "aws_batch_compute_environment" "machines" {
  type = "MANAGED"
}

resource "aws_sqs_queue" "lost" {
  name = "lost"
}

resource "aws_apigatewayv2_api" "events" {
  name          = "events"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "events" {
  api_id              = aws_apigatewayv2_api.events.id
  integration_type    = "AWS_PROXY"
  integration_subtype = "EventBridge-PutEvents"
  request_parameters = {
    Source     = "site"
    DetailType = "order"
    Detail     = "$request.body"
  }
}

resource "aws_cloudwatch_event_rule" "orders" {
  event_pattern = "{}"
}

resource "aws_cloudwatch_event_target" "orders" {
  rule = aws_cloudwatch_event_rule.orders.name
  arn  = aws_lambda_function.orders.arn
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
}

# => aws_apigatewayv2_api.events api_gateway 1/1 region
# => aws_batch_compute_environment.machines scheduled_job 1/1 region
# => aws_lambda_function.orders serverless 1/1 region
# => aws_scheduler_schedule.nightly scheduled_job 1/1 region
# => aws_sqs_queue.lost queue 1/1 region
# => aws_apigatewayv2_api.events -async/likely-> aws_lambda_function.orders
# =>     aws_apigatewayv2_api.events answers through aws_apigatewayv2_integration.events
# =>     aws_apigatewayv2_integration.events sends events to the default bus, where aws_cloudwatch_event_rule.orders waits for them
# =>     aws_cloudwatch_event_rule.orders starts aws_cloudwatch_event_target.orders
# =>     aws_cloudwatch_event_target.orders starts aws_lambda_function.orders
# => aws_scheduler_schedule.nightly -async/certain-> aws_batch_compute_environment.machines
# =>     aws_scheduler_schedule.nightly calls for aws_batch_job_queue.work
# =>     aws_batch_job_queue.work runs on aws_batch_compute_environment.machines
# => aws_scheduler_schedule.nightly -async/certain-> aws_sqs_queue.lost
# =>     aws_scheduler_schedule.nightly leaves failed events in aws_sqs_queue.lost
